import { type PutResult, priorities } from '../port.ts'
import { applyRecord } from '../rules/apply-record.ts'
import { warningsColumn } from '../rules/columns.ts'
import { fingerprintOf, type Ownership, queuedRow } from '../rules/decide.ts'
import { poolOf } from '../rules/tally.ts'
import type { SqlRow, SqlValue } from './driver.ts'
import type { AcceptedRecord } from './inbox-records.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

interface Prepared {
  record: AcceptedRecord
  fingerprint: string
  /** The row that it makes if there is none yet. */
  asNew: Ownership
  /** One statement can insert records for which this is equal: it names account and ownership once. */
  kind: string
}

const prepare = (record: AcceptedRecord): Prepared => {
  const asNew = queuedRow(undefined, record.entry, record.receivedAt)
  const { priority, keyed, proved, confirmedOn } = asNew
  const kind = `${record.account} ${priority} ${keyed} ${proved} ${confirmedOn}`
  return { record, fingerprint: fingerprintOf(record.entry), asNew, kind }
}

/** Inserts and counts rows for those of these records, all of one kind, that have no row yet. Returns the inserted records. */
const insert = (
  { sql, delta }: Work,
  records: readonly Prepared[],
  { record: { account }, asNew }: Prepared,
): readonly Prepared[] => {
  const { priority, keyed, proved, confirmedOn } = asNew
  const values: SqlValue[] = [account, priorities.indexOf(priority), Number(keyed), Number(proved), confirmedOn]
  for (const { record, fingerprint } of records) {
    const { objectId, token, warnings } = record.entry
    values.push(objectId, token.type, record.seq, record.receivedAt, Buffer.from(fingerprint, 'hex'), token.id)
    values.push(token.keys?.p256dh ?? null, token.keys?.auth ?? null, warningsColumn(warnings))
  }
  const { changes, lastInsertRowid } = sql.insertTokens.run(...values)
  const count = Number(changes)
  if (count === 0) return []
  delta.add(account, `state:queued:${poolOf(asNew)}`, count)
  delta.event(account, 'queued', count)
  if (confirmedOn !== null) delta.add(account, `confirmed:${confirmedOn}`, count)
  if (count === records.length) return records
  const { seqs } = sql.insertedFrom.get(Number(lastInsertRowid) - count + 1) as SqlRow
  // Written by SQLite.
  const inserted = new Set(JSON.parse(String(seqs)) as number[])
  return records.filter(({ record }) => inserted.has(record.seq))
}

/**
 * Applies records to the table, in their order. Nearly all are the first of their objectId and of the same kind as their
 * neighbours, so one statement inserts many at once. `applyRecord` decides on the others: records that have a row already,
 * records without proof, which need capacity, and records that do not fill a statement.
 */
export const apply = (
  work: Work,
  records: readonly AcceptedRecord[],
  maxUnproved = Number.POSITIVE_INFINITY,
): PutResult[] => {
  const results: PutResult[] = []
  for (let from = 0; from < records.length; from += rowsInserted) {
    const some = records.slice(from, from + rowsInserted).map(prepare)
    const [first] = some
    const isForInsert =
      first?.asNew.proved && some.length === rowsInserted && some.every(({ kind }) => kind === first.kind)
    const inserted = new Set(isForInsert ? insert(work, some, first) : [])
    for (const prepared of some) {
      const { account, entry } = prepared.record
      const candidate = { ...prepared.record, fingerprint: prepared.fingerprint }
      results.push(
        inserted.has(prepared)
          ? { result: 'queued' }
          : applyRecord(work, { account, objectId: entry.objectId }, candidate, maxUnproved),
      )
    }
  }
  return results
}
