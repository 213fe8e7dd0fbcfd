/**
 * Imports a file of the demo, which is plain JavaScript and type-checked by its own projects. The caller gives the type of the
 * members that it uses.
 */
export const importDemo = <Module>(file: string): Promise<Module> =>
  import(new URL(`../../demo/${file}`, import.meta.url).href)
