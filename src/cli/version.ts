import { readFileSync } from 'node:fs'

/** The version of the installed package, from package.json, two folders above both source and build. */
export const readVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return String(version)
}
