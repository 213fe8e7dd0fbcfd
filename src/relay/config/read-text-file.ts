import { readFileSync } from 'node:fs'

/**
 * Reads a text file as people's editors write it: UTF-8 or UTF-16 as its byte order mark says, else UTF-8. The mark is
 * not part of the text. Windows PowerShell's `>` writes UTF-16. Throws when the file cannot be read.
 */
export const readTextFile = (path: string): string => {
  const bytes = readFileSync(path)
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
