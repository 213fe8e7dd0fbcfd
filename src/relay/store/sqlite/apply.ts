import type { PutResult } from '../port.ts'
import { decide } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import type { SqlRow, SqlValue } from './driver.ts'
import type { AcceptedRecord } from './inbox-records.ts'
import { isHold, laneNumber, laneOf, standingOf, stateOf, type TokenRow, warningsColumn } from './row.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Takes a row's present state out of the numbers, before it becomes something else. */
export const uncount = ({ delta }: Work, row: TokenRow): void => {
  delta.add(String(row.account), `state:${stateOf(row.state)}:${laneOf(row.lane)}`, -1)
  if (stateOf(row.state) === 'rejected' && row.error_code !== null)
    delta.add(String(row.account), `code:${row.error_code}`, -1)
}

/** The columns of a new row, in the order of `insertTokens`. */
const addColumns = (columns: SqlValue[], record: AcceptedRecord, print: string): void => {
  const { seq, account, receivedAt: at, entry } = record
  const { id, type, keys } = entry.token
  const keyed = entry.sender === 'trusted' ? 0 : 1
  columns.push(
    account,
    entry.objectId,
    type,
    laneNumber(entry.lane),
    seq,
    seq,
    keyed,
    at,
    at,
    Buffer.from(print, 'hex'),
  )
  columns.push(id, keys?.p256dh ?? null, keys?.auth ?? null, warningsColumn(entry.warnings))
}

const none: ReadonlySet<number> = new Set()

/** Inserts the rows of records whose objectIds have none yet; gives the sequence numbers of these, undefined: of all. */
const insert = (
  { sql }: Work,
  records: readonly AcceptedRecord[],
  prints: readonly string[],
): ReadonlySet<number> | undefined => {
  const columns: SqlValue[] = []
  records.forEach((record, at) => {
    addColumns(columns, record, prints[at] ?? '')
  })
  const statement = records.length === rowsInserted ? sql.insertTokens : sql.insertToken
  const { changes, lastInsertRowid } = statement.run(...columns)
  if (Number(changes) === records.length) return undefined
  if (Number(changes) === 0) return none
  const { seqs } = sql.insertedFrom.get(Number(lastInsertRowid) - Number(changes) + 1) as SqlRow
  // Written by SQLite.
  return new Set(JSON.parse(String(seqs)) as number[])
}

/** What becomes of a record whose objectId has a row. */
const applyToRow = (work: Work, record: AcceptedRecord, print: string): PutResult['result'] => {
  const { sql, delta } = work
  const { seq, account, receivedAt: at, entry } = record
  const name = String(account)
  // The statement selects the columns that TokenRow names, and the row was in the way of an insertion just now.
  const row = sql.findToken.get(account, entry.objectId) as TokenRow
  const decision = decide(isHold(row) ? undefined : standingOf(row), entry, print, at)
  if (decision.kind === 'refuse') return 'refused'
  const key = decision.keyed ? 1 : 0
  if (decision.kind === 'keep') {
    if (decision.promote) {
      delta.add(name, `state:${stateOf(row.state)}:import`, -1)
      delta.add(name, `state:${stateOf(row.state)}:live`, 1)
    }
    if (decision.promote || key !== row.keyed) sql.keepToken.run(row.id, key, decision.promote ? 0 : row.lane)
    return 'unchanged'
  }
  if (!isHold(row)) uncount(work, row)
  const { token, lane, warnings } = entry
  const { id, type, keys } = token
  const tokenColumns = [id, keys?.p256dh ?? null, keys?.auth ?? null, warningsColumn(warnings)]
  sql.requeueToken.run(row.id, type, laneNumber(lane), seq, key, at, Buffer.from(print, 'hex'), ...tokenColumns)
  return decision.result
}

/** Adds what became of records to the numbers, once for all that became the same. */
const createCounter = ({ delta }: Work) => {
  const sums: { account: number; lane: 'live' | 'import'; result: PutResult['result']; count: number }[] = []
  return {
    add: ({ account, entry: { lane } }: AcceptedRecord, result: PutResult['result']): void => {
      const sum = sums.find((one) => one.account === account && one.lane === lane && one.result === result)
      if (sum) sum.count++
      else sums.push({ account, lane, result, count: 1 })
    },
    write: (): void => {
      for (const { account, lane, result, count } of sums) {
        delta.event(String(account), result, count)
        if (result === 'queued' || result === 'replaced') delta.add(String(account), `state:queued:${lane}`, count)
      }
    },
  }
}

/**
 * Applies records to the table, in their order. Nearly every one is the first of its objectId, so rows are inserted first,
 * as many as a statement takes; only where that met a row it is read, and `decide` says what becomes of it.
 */
export const apply = (work: Work, records: readonly AcceptedRecord[]): PutResult[] => {
  const results: PutResult[] = []
  const counter = createCounter(work)
  for (let from = 0; from < records.length; ) {
    const isFull = records.length - from >= rowsInserted
    const together = records.slice(from, from + (isFull ? rowsInserted : 1))
    from += together.length
    const prints = together.map(({ entry }) => fingerprint(entry.token))
    const inserted = insert(work, together, prints)
    together.forEach((record, at) => {
      const isNew = !inserted || inserted.has(record.seq)
      const result = isNew ? 'queued' : applyToRow(work, record, prints[at] ?? '')
      counter.add(record, result)
      results.push({ result })
    })
  }
  counter.write()
  return results
}
