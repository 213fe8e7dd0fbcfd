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
