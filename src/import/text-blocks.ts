import { StringDecoder } from 'node:string_decoder'
import { ImportError } from './error.ts'

/** A line longer than this, in characters, is no line of an export of tokens. */
const longestLine = 4 * 1024 * 1024

/**
 * Cuts bytes of UTF-8 into strings that end at the end of a line; only the last may not. Bytes that are no UTF-8 come out
 * as U+FFFD.
 *
 * @throws ImportError (`failed`) for a line without an end in sight.
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
