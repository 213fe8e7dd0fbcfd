import { StoreError } from '../errors.ts'
import type { PutResult } from '../store.ts'
import { type Bulk, type BulkResult, type BulkRow, entryOf, rowsOf } from './bulk.ts'
import type { SqlRow, SqlValue } from './driver.ts'
import { putOne } from './intake.ts'
import { markOf } from './row.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Those rows of a bulk, which was inserted from that sequence number on, whose persons have a row already. */
const putOthers = (
  work: Work,
  account: number,
  bulk: Bulk,
  rows: readonly BulkRow[],
  first: number,
): [number, PutResult['result']][] => {
  const { sql, delta } = work
  // Both texts are written by SQLite.
  const { seqs } = sql.insertedOf.get(account, first, first + bulk.rows - 1) as SqlRow
  const inserted = new Set(JSON.parse(String(seqs)) as number[])
  const left = rows.map((row, at) => ({ row, at })).filter(({ at }) => !inserted.has(first + at))
  const named = JSON.stringify(left.map(({ row: [objectId], at }) => [at, objectId]))
  const isKeeping = !bulk.replaceLive && bulk.sender === 'trusted'
  const kept = new Set(
    isKeeping ? (JSON.parse(String((sql.keptOf.get(account, named) as SqlRow).kept)) as number[]) : [],
  )
  delta.event(String(account), 'unchanged', kept.size)
  return left.flatMap(({ row, at }): [number, PutResult['result']][] => {
    if (kept.has(at)) return [[at, 'unchanged']]
    const { entry, print } = entryOf(bulk, row)
    const { result } = putOne(work, account, entry, false, print)
    return result === 'queued' ? [] : [[at, result]]
  })
}

/** Inserts the rows whose persons have none yet. Returns how many these were. */
const insert = (
  { sql, now }: Work,
  account: number,
  keyed: number,
  rows: readonly BulkRow[],
  first: number,
): number => {
  let inserted = 0
  for (let from = 0; from < rows.length; from += rowsInserted) {
    const some = rows.slice(from, from + rowsInserted)
    const columns = some.map(
      ([objectId = '', type = '', id = '', p256dh, auth, print = '', warnings], at): SqlValue[] => [
        objectId,
        type,
        first + from + at,
        markOf(print),
        print,
        id,
        p256dh || null,
        auth || null,
        warnings || null,
      ],
    )
    if (some.length === rowsInserted)
      inserted += Number(sql.insertTokens.run(account, keyed, now, ...columns.flat()).changes)
    else
      for (const [objectId = '', type = '', seq = 0, mark = 0, print = '', ...token] of columns) {
        const bytes = Buffer.from(String(print), 'hex')
        const values = [account, objectId, type, 1, seq, keyed, now, mark, bytes, ...token]
        inserted += Number(sql.insertToken.run(...values).changes)
      }
  }
  return inserted
}

/** See Store.put, for what is a bulk. */
export const putBulk = (work: Work, bulk: Bulk): BulkResult => {
  const { delta, arrivals, marks } = work
  const account = work.account(bulk.account)
  const rows = rowsOf(bulk)
  if (rows.length !== bulk.rows) throw new StoreError('unavailable', 'a record holds a control character')
  if (arrivals.size() > 0) for (const [objectId = ''] of rows) arrivals.show(account, objectId)
  const first = work.nextSequence(rows.length)
  const inserted = insert(work, account, bulk.sender === 'trusted' ? 0 : 1, rows, first)
  delta.add(String(account), 'state:queued:import', inserted)
  delta.event(String(account), 'queued', inserted)
  const others = inserted < rows.length ? putOthers(work, account, bulk, rows, first) : []
  marks.enterMany()
  return { others }
}
