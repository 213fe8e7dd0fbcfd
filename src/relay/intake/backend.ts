import { decodeRecord } from '../../wire/decode.ts'
import { maxIntakeBatch } from '../../wire/limits.ts'
import type { RecordCode } from '../../wire/problem.ts'
import type { NewEntry } from '../store/port.ts'
import { isNestedDeeper, withoutDeeper } from './nesting.ts'

/** A refused record, in the format of CleverTap's API. */
export interface Unprocessed {
  status: 'fail'
  code: RecordCode
  /** Ends with the record's number, counted from 1, as CleverTap's messages do. */
  error: string
  /** The record as it was sent, with `null` for everything that is nested more than 100 levels deep. */
  record: unknown
}

export type ReadUpload =
  | { ok: true; entries: readonly NewEntry[]; unprocessed: readonly Unprocessed[] }
  | { ok: false; message: string }

/** Deepest nesting of a record that is echoed. Deeper JSON could overflow the stack when it is written. */
const maxNesting = 100

const recordsOf = (body: unknown): readonly unknown[] | undefined => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  if ('d' in body && Array.isArray(body.d)) return body.d
  return 'type' in body || 'tokenData' in body || 'objectId' in body ? [body] : undefined
}

/**
 * Reads the body of `/1/upload`: `{"d":[…]}`, or one bare record. Pure, and never throws. Invalid records go to
 * `unprocessed` and do not affect the others. A body in another format, or with too many records, is refused as a whole.
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
        priority: 'live',
        sender: 'trusted',
        replaceLive: true,
        warnings: decoded.warnings,
      })
      continue
    }
    const { code, message } = decoded.problem
    const isDeep = isNestedDeeper(record, maxNesting)
    const why = isDeep ? `${message}; it is nested more than ${maxNesting} levels deep` : message
    unprocessed.push({
      status: 'fail',
      code,
      error: `${why}, record number : ${at + 1}`,
      record: isDeep ? withoutDeeper(record, maxNesting) : record,
    })
  }
  return { ok: true, entries, unprocessed }
}
