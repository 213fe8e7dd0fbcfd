import type { IncomingMessage } from 'node:http'

/** Largest body, in bytes. CleverTap publishes no limit; this one bounds memory. 100 of the longest records take a quarter of it. */
const maxBodyBytes = 8 * 1024 * 1024

/** CleverTap's limit of records in one call. */
const maxRecords = 100

/** The records of a call, or why the call is refused as a whole. `error` replaces the usual message of the answer. */
export type ReadUpload =
  | { ok: true; records: readonly unknown[] }
  | { ok: false; status: 400 | 413; refusal: string; error?: string }

/** Reads a whole body. Resolves to `undefined` when it is too long. Rejects when the connection breaks. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request) {
    if (!Buffer.isBuffer(piece)) continue
    length += piece.length
    if (length <= maxBodyBytes) pieces.push(piece)
  }
  return length <= maxBodyBytes ? Buffer.concat(pieces) : undefined
}

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch {
    return undefined
  }
}

/** Whether a Content-Type is JSON in UTF-8. CleverTap documents it with and without the charset. */
export const isJsonType = (contentType: string | undefined): boolean =>
  /^application\/json\s*(;\s*charset=("utf-8"|utf-8)\s*)?$/i.test(contentType ?? '')

/** Reads the records of an upload, `{"d":[record, …]}`, at most 100. A bare record is refused. */
export const readUpload = (body: Buffer | undefined, contentType: string | undefined): ReadUpload => {
  if (!body) return { ok: false, status: 413, refusal: `the body is over ${maxBodyBytes} bytes` }
  if (!isJsonType(contentType)) {
    const refusal = 'Content-Type must be application/json'
    return { ok: false, status: 400, refusal, error: `Malformed request: ${refusal}` }
  }
  const envelope = parse(body)
  if (envelope === undefined) return { ok: false, status: 400, refusal: 'the body is not JSON in UTF-8' }
  const records = typeof envelope === 'object' && envelope !== null && 'd' in envelope ? envelope.d : undefined
  if (!Array.isArray(records)) return { ok: false, status: 400, refusal: 'there is no array d' }
  if (records.length > maxRecords) {
    const refusal = `${records.length} records, at most ${maxRecords} are allowed in one call`
    return { ok: false, status: 400, refusal, error: `Malformed request: ${refusal}` }
  }
  return { ok: true, records }
}
