import { entryAt, valuesInRow, valuesOf } from '../bulk.ts'
import type { Bulk, BulkResult, PutResult } from '../port.ts'
import type { SqlRow, SqlValue } from './driver.ts'
import { putOne } from './intake.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Those rows of a bulk, which was inserted from that sequence number on, whose persons have a row already. */
const putOthers = (
  work: Work,
  account: number,
  bulk: Bulk,
  values: readonly string[],
  first: number,
): [number, PutResult['result']][] => {
  const { sql, delta } = work
  // Both texts are written by SQLite.
  const { seqs } = sql.insertedOf.get(account, first, first + bulk.rows - 1) as SqlRow
  const inserted = new Set(JSON.parse(String(seqs)) as number[])
  const left = Array.from({ length: bulk.rows }, (_, row) => row).filter((row) => !inserted.has(first + row))
  const named = JSON.stringify(left.map((row) => [row, values[row * valuesInRow]]))
  const kept = new Set(
    bulk.replaceLive ? [] : (JSON.parse(String((sql.keptOf.get(account, named) as SqlRow).kept)) as number[]),
  )
  delta.event(String(account), 'unchanged', kept.size)
  return left.flatMap((row): [number, PutResult['result']][] => {
    if (kept.has(row)) return [[row, 'unchanged']]
    const { result } = putOne(work, account, entryAt(bulk, values, row * valuesInRow), false, Number.POSITIVE_INFINITY)
    return result === 'queued' ? [] : [[row, result]]
  })
}

/** Inserts the rows whose persons have none yet. Returns how many these were. */
const insert = ({ sql, now }: Work, account: number, values: readonly string[], first: number): number => {
  const rows = values.length / valuesInRow
  let inserted = 0
  for (let from = 0; from < rows; from += rowsInserted) {
    const columns: SqlValue[] = [account, now]
    for (let row = from; row < from + rowsInserted; row++) {
      const at = row * valuesInRow
      // None of a row that there is not; the statement leaves it out.
      const [objectId = null, type = null, id = null, p256dh, auth, print = '', warnings] = values.slice(
        at,
        at + valuesInRow,
      )
      columns.push(objectId, type, first + row, print, id, p256dh || null, auth || null, warnings || null)
    }
    inserted += Number(sql.insertTokens.run(...columns).changes)
  }
  return inserted
}

/** See Store.putBulk. */
export const putBulk = (work: Work, bulk: Bulk): BulkResult => {
  const { delta, arrivals, persons } = work
  const account = work.account(bulk.account)
  const values = valuesOf(bulk)
  for (let at = 0; at < values.length; at += valuesInRow) {
    const objectId = values[at] ?? ''
    arrivals.show(account, objectId)
    persons.add(account, objectId)
  }
  const first = work.nextSequence(bulk.rows)
  const inserted = insert(work, account, values, first)
  delta.add(String(account), 'state:queued:import', inserted)
  delta.event(String(account), 'queued', inserted)
  const others = inserted < bulk.rows ? putOthers(work, account, bulk, values, first) : []
  return { others }
}
