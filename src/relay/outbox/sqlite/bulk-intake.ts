import type { PutResult } from '../store.ts'
import { type Bulk, type BulkResult, entryOf, rowsOf } from './bulk.ts'
import type { SqlRow } from './driver.ts'
import { putOne } from './intake.ts'
import { mostUnentered } from './marks.ts'
import type { Work } from './transactions.ts'

/** Those rows of a bulk, which was inserted from that sequence number on, whose persons have a row already. */
const putOthers = (work: Work, account: number, bulk: Bulk, first: number): [number, PutResult['result']][] => {
  const { sql, delta } = work
  // Both texts are written by SQLite.
  const { seqs } = sql.insertedOf.get(account, first, first + bulk.rows - 1) as SqlRow
  const inserted = new Set(JSON.parse(String(seqs)) as number[])
  const left = rowsOf(bulk)
    .map((row, at) => ({ row, at }))
    .filter(({ at }) => !inserted.has(first + at))
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

/** See Store.put, for what is a bulk. */
export const putBulk = (work: Work, bulk: Bulk): BulkResult => {
  const { sql, delta, arrivals, marks, now } = work
  const account = work.account(bulk.account)
  if (arrivals.size() > 0) for (const [objectId] of rowsOf(bulk)) arrivals.show(account, objectId)
  const first = work.nextSequence(bulk.rows)
  const keyed = bulk.sender === 'trusted' ? 0 : 1
  const inserted = Number(sql.insertTokens.run(account, bulk.text, first, keyed, now).changes)
  delta.add(String(account), 'state:queued:import', inserted)
  delta.event(String(account), 'queued', inserted)
  const others = inserted < bulk.rows ? putOthers(work, account, bulk, first) : []
  if (marks.waiting() > mostUnentered) marks.enter()
  return { others }
}
