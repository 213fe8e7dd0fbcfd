import { readFileSync } from 'node:fs'

/** The package's version, from package.json, whose relative path is the same from src/relay and from dist/relay. */
export const packageVersion = (): string => {
  const file: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const version = typeof file === 'object' && file !== null && 'version' in file ? file.version : undefined
  return typeof version === 'string' ? version : '0.0.0'
}
