/**
 * Imports a file of the demo, which is plain JavaScript and checked by its own projects; what is used of it is named
 * where it is used.
 */
export const importDemo = <Module>(file: string): Promise<Module> =>
  import(new URL(`../../demo/${file}`, import.meta.url).href)
