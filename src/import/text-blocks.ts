import { StringDecoder } from 'node:string_decoder'
import { ImportError } from './error.ts'
import { unifyLineBreaks } from './line-breaks.ts'

/** Longest line of an export of tokens, in characters. */
const longestLine = 4 * 1024 * 1024

/** Number of characters at the end of a string that may be part of a line break that the next piece completes. */
const openEnd = (text: string): number => (text.endsWith('\r') ? (text.endsWith('\r\r') ? 2 : 1) : 0)

/**
 * Decodes UTF-8 bytes into strings of whole lines; only the last may end without a line break. Invalid UTF-8 becomes U+FFFD.
 *
 * @throws ImportError (`failed`) for a line that is longer than `longestLine`.
 */
export const textBlocks = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of bytes) {
    const read = rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    const open = read.length - openEnd(read)
    const text = unifyLineBreaks(read.slice(0, open))
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end) + read.slice(open)
    if (rest.length > longestLine)
      throw new ImportError('failed', `a line is longer than ${longestLine} characters: is this a list of tokens?`)
    if (end > 0) yield text.slice(0, end)
  }
  rest = unifyLineBreaks(rest + decoder.end())
  if (rest !== '') yield rest
}
