import { decodeRecord } from '../../wire/decode.ts'
import { maxIntakeBatch } from '../../wire/limits.ts'
import type { RecordCode } from '../../wire/problem.ts'
import type { NewEntry } from '../store/port.ts'
import { isNestedDeeper } from './nesting.ts'

/** One record that was not taken, in CleverTap's form. */
export interface Unprocessed {
  status: 'fail'
  code: RecordCode
  /** Ends in the record's number, counted from 1, as CleverTap's texts do. */
  error: string
  /** As it was sent. */
  record: unknown
}

export type ReadUpload =
  | { ok: true; entries: readonly NewEntry[]; unprocessed: readonly Unprocessed[] }
  | { ok: false; message: string }

/** Deeper nesting than this in a record would overflow the stack of whoever writes it back. */
const maxNesting = 100

const recordsOf = (body: unknown): readonly unknown[] | undefined => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  if ('d' in body && Array.isArray(body.d)) return body.d
  return 'type' in body || 'tokenData' in body || 'objectId' in body ? [body] : undefined
}

/**
 * Reads the body of `/1/upload`: `{"d":[…]}`, or one bare record. Pure, and never throws. Records with a fault stand in
 * `unprocessed` and stop none of the others; only a body of another form, one with too many records, or one that
 * cannot be echoed is refused as a whole.
 */
export const readUpload = (body: unknown, account: string): ReadUpload => {
  const records = recordsOf(body)
  if (!records) return { ok: false, message: 'the body must be {"d":[…]} with token records in it' }
  if (records.length > maxIntakeBatch)
    return { ok: false, message: `d has ${records.length} records; at most ${maxIntakeBatch} are allowed` }
  const entries: NewEntry[] = []
  const unprocessed: Unprocessed[] = []
  for (const [at, record] of records.entries()) {
    const decoded = decodeRecord(record)
    if (decoded.ok) {
      const { objectId, tokenData } = decoded.record
      entries.push({
        account,
        objectId,
        token: tokenData,
        lane: 'live',
        sender: 'trusted',
        replaceLive: true,
        warnings: decoded.warnings,
      })
      continue
    }
    const { code, message } = decoded.problem
    const error = `${message}, record number : ${at + 1}`
    if (isNestedDeeper(record, maxNesting))
      return { ok: false, message: `nested more than ${maxNesting} levels deep, record number : ${at + 1}` }
    unprocessed.push({ status: 'fail', code, error, record })
  }
  return { ok: true, entries, unprocessed }
}
