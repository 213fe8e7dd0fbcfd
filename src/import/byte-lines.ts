import type { JsonPiece } from './json-values.ts'

/** Longest line of a record, in bytes. Only the beginning of a longer line is kept. */
const mostBytes = 1024 * 1024
const newline = 10
const carriageReturn = 13

/**
 * Splits bytes into lines without their line breaks: `\n`, `\r\n` or `\r`. Skips blank lines, but counts them. Holds at most one line in
 * memory.
 */
export const byteLines = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly JsonPiece[]> {
  let parts: Buffer[] = []
  let size = 0
  let line = 1
  const keep = (piece: Buffer): void => {
    const free = mostBytes - size
    size += piece.length
    if (free > 0) parts.push(piece.subarray(0, free))
  }
  const end = (): JsonPiece[] => {
    const whole = Buffer.concat(parts)
    const isLong = size > mostBytes
    parts = []
    size = 0
    if (whole.toString('latin1').trim() === '') return []
    return [{ line, bytes: whole, ...(isLong && { cut: 'length' }) }]
  }
  let isAfterReturn = false
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const found: JsonPiece[] = []
    let from = isAfterReturn && chunk[0] === newline ? 1 : 0
    if (chunk.length > 0) isAfterReturn = chunk.at(-1) === carriageReturn
    let feed = chunk.indexOf(newline, from)
    let back = chunk.indexOf(carriageReturn, from)
    while (feed !== -1 || back !== -1) {
      const at = back === -1 || (feed !== -1 && feed < back) ? feed : back
      keep(chunk.subarray(from, at))
      found.push(...end())
      line++
      from = at === back && feed === at + 1 ? at + 2 : at + 1
      if (feed !== -1 && feed < from) feed = chunk.indexOf(newline, from)
      if (back !== -1 && back < from) back = chunk.indexOf(carriageReturn, from)
    }
    keep(chunk.subarray(from))
    yield found
  }
  yield end()
}
