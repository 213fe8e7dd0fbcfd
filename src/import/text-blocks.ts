import { StringDecoder } from 'node:string_decoder'
import { ImportError } from './error.ts'

/** Longest line of an export of tokens, in characters. */
const longestLine = 4 * 1024 * 1024

/**
 * Splits UTF-8 bytes into strings that end with a line; only the last one may not. Invalid UTF-8 becomes U+FFFD.
 *
 * @throws ImportError (`failed`) for a line that is longer than `longestLine`.
 */
export const textBlocks = async function* (
  bytes: AsyncIterable<Uint8Array>,
  lineBreak: '\n' | '\r',
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  const read = (piece: string): string => (lineBreak === '\r' ? piece.replaceAll('\r', '\n') : piece)
  let rest = ''
  for await (const chunk of bytes) {
    const text = rest + read(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    if (rest.length > longestLine)
      throw new ImportError('failed', `a line is longer than ${longestLine} characters: is this a list of tokens?`)
    if (end > 0) yield text.slice(0, end)
  }
  rest += read(decoder.end())
  if (rest !== '') yield rest
}
