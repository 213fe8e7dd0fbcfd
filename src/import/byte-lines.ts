import type { JsonPiece } from './json-values.ts'

/** Longest line of a record, in bytes. Only the beginning of a longer line is kept. */
const mostBytes = 1024 * 1024
const newline = 10

/** Splits bytes into lines without their line breaks. Skips blank lines, but counts them. Holds at most one line in memory. */
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
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const found: JsonPiece[] = []
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, at))
      found.push(...end())
      line++
      from = at + 1
    }
    keep(chunk.subarray(from))
    yield found
  }
  yield end()
}
