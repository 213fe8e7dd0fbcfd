import { readFileSync } from 'node:fs'

/**
 * Reads a text file: UTF-8 or UTF-16 by its byte order mark, else UTF-8. Windows PowerShell's `>` writes UTF-16. The byte
 * order mark is removed. Throws when the file cannot be read.
 */
export const readTextFile = (path: string): string => {
  const bytes = readFileSync(path)
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no file at its path',
  ENOTDIR: 'there is no file at its path',
  EISDIR: 'its path is that of a folder',
  ENAMETOOLONG: 'its path is too long, so that it may be the content instead',
  EACCES: 'this user has no permission to read it',
  EPERM: 'this user has no permission to read it',
}

/** Says why a file cannot be read, after a semicolon. Omits the path, which may be a secret in the wrong variable. */
export const whyUnreadable = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reason = Object.hasOwn(reasons, code) ? reasons[code] : undefined
  return reason === undefined ? '' : `; ${reason}`
}
