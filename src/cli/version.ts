import { readFileSync } from 'node:fs'

/** The version of the installed package. The package file is two folders up from the source as from the build. */
export const readVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return String(version)
}
