import type { EventName, PutResult } from '../port.ts'
import { decide, type Ownership } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { poolOf, recountConfirmed, type TallyName } from '../rules/tally.ts'
import type { SqlRow, SqlValue } from './driver.ts'
import type { AcceptedRecord } from './inbox-records.ts'
import { isHold, ownershipColumns, poolOfRow, recordColumns, standingOf, stateOf, type TokenRow } from './row.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Takes a row's present state out of the numbers, before it becomes something else. */
export const uncount = ({ delta }: Work, row: TokenRow): void => {
  delta.add(String(row.account), `state:${stateOf(row.state)}:${poolOfRow(row)}`, -1)
  if (stateOf(row.state) === 'rejected' && row.error_code !== null)
    delta.add(String(row.account), `code:${row.error_code}`, -1)
  recountConfirmed(delta, String(row.account), row.confirmed_on, null)
}

/** Removes a row that nobody has leased, with the event that says why. */
export const discard = (work: Work, row: TokenRow, event: EventName): void => {
  uncount(work, row)
  work.delta.event(String(row.account), event)
  work.sql.eraseToken.run(row.id)
}

/** Whether an unproved record may be queued where this row is. The oldest that was put off gives way to it. */
const makeRoom = (work: Work, account: number, row: TokenRow | undefined, maxUnproved: number): boolean => {
  if (row && stateOf(row.state) === 'queued' && row.proved === 0) return true
  if (work.count(account, 'state:queued:unproved') < maxUnproved) return true
  const oldest = work.sql.oldestDeferred.get(account) as TokenRow | undefined
  if (oldest) discard(work, oldest, 'evicted')
  return oldest !== undefined
}

/** A record on its way into the table. */
interface Prepared {
  record: AcceptedRecord
  print: string
  /** What it makes of a row that it is the first of. */
  asNew: Ownership
}

const prepare = (record: AcceptedRecord): Prepared => {
  const print = fingerprint(record.entry)
  const decision = decide(undefined, record.entry, print, record.receivedAt)
  if (decision.kind !== 'queue') throw new Error('a record of an objectId that is not known is always queued')
  return { record, print, asNew: decision.row }
}

/** What became of records, gathered so that many of one kind are added to the numbers at once. */
const createCounter = ({ delta }: Work) => {
  const sums = new Map<TallyName, number>()
  let of = 0
  const write = (): void => {
    for (const [name, count] of sums) delta.add(String(of), name, count)
    sums.clear()
  }
  const add = (account: number, name: TallyName): void => {
    if (account !== of) write()
    of = account
    sums.set(name, (sums.get(name) ?? 0) + 1)
  }
  return {
    queued: (account: number, result: 'queued' | 'replaced', row: Ownership): PutResult => {
      add(account, `state:queued:${poolOf(row)}`)
      add(account, `event:${result}`)
      recountConfirmed(delta, String(account), null, row.confirmedOn)
      return { result }
    },
    event: (account: number, event: EventName): void => add(account, `event:${event}`),
    write,
  }
}
type Counter = ReturnType<typeof createCounter>

/** Inserts the rows of records whose objectIds have none yet; gives the sequence numbers of these, undefined: of all. */
const insert = ({ sql }: Work, records: readonly Prepared[]): ReadonlySet<number> | undefined => {
  const columns: SqlValue[] = []
  for (const { record, print, asNew } of records) {
    const { seq, account, receivedAt: at, entry } = record
    columns.push(account, entry.objectId, entry.token.type, ...ownershipColumns(asNew), seq, seq, at, at)
    columns.push(Buffer.from(print, 'hex'), ...recordColumns(entry))
  }
  const statement = records.length === rowsInserted ? sql.insertTokens : sql.insertToken
  const { changes, lastInsertRowid } = statement.run(...columns)
  if (Number(changes) === records.length) return undefined
  if (Number(changes) === 0) return new Set()
  const { seqs } = sql.insertedFrom.get(Number(lastInsertRowid) - Number(changes) + 1) as SqlRow
  // Written by SQLite.
  return new Set(JSON.parse(String(seqs)) as number[])
}

/** What becomes of a record whose objectId may have a row. */
const applyToRow = (work: Work, counter: Counter, prepared: Prepared, maxUnproved: number): PutResult => {
  const { sql, delta } = work
  const { record, print } = prepared
  const { seq, account, receivedAt: at, entry } = record
  const name = String(account)
  // The statement selects the columns that TokenRow names.
  const row = sql.findToken.get(account, entry.objectId) as TokenRow | undefined
  const decision = decide(row && !isHold(row) ? standingOf(row) : undefined, entry, print, at)
  if (decision.kind === 'refuse') {
    counter.event(account, 'refused')
    return { result: 'refused' }
  }
  if (decision.kind === 'keep') {
    if (row && decision.isChanged) {
      delta.add(name, `state:${stateOf(row.state)}:${poolOfRow(row)}`, -1)
      delta.add(name, `state:${stateOf(row.state)}:${poolOf(decision.row)}`, 1)
      recountConfirmed(delta, name, row.confirmed_on, decision.row.confirmedOn)
      sql.keepToken.run(row.id, ...ownershipColumns(decision.row))
    }
    counter.event(account, 'unchanged')
    return { result: 'unchanged' }
  }
  counter.write()
  if (!decision.row.proved && !makeRoom(work, account, row, maxUnproved)) return { result: 'full' }
  if (row && !isHold(row)) uncount(work, row)
  if (decision.isTakeover) counter.event(account, 'takeover')
  if (row) {
    const columns = [...ownershipColumns(decision.row), seq, at, Buffer.from(print, 'hex'), ...recordColumns(entry)]
    sql.requeueToken.run(row.id, entry.token.type, ...columns)
  } else insert(work, [prepared])
  return counter.queued(account, decision.result, decision.row)
}

/**
 * Applies records to the table, in their order. Nearly every one is the first of its objectId, so rows are inserted first,
 * as many as a statement takes; only where that met a row it is read, and `decide` says what becomes of it. A record that
 * proves nothing may find no room, so its row is looked for first.
 */
export const apply = (
  work: Work,
  records: readonly AcceptedRecord[],
  maxUnproved = Number.POSITIVE_INFINITY,
): PutResult[] => {
  const results: PutResult[] = []
  const counter = createCounter(work)
  const all = records.map(prepare)
  for (let from = 0; from < all.length; ) {
    const some = all.slice(from, from + rowsInserted)
    const isFull = some.length === rowsInserted && some.every(({ asNew }) => asNew.proved)
    const together = isFull ? some : some.slice(0, 1)
    from += together.length
    const inserted = together.every(({ asNew }) => asNew.proved) ? insert(work, together) : new Set<number>()
    for (const prepared of together) {
      const { record, asNew } = prepared
      const isNew = !inserted || inserted.has(record.seq)
      results.push(
        isNew ? counter.queued(record.account, 'queued', asNew) : applyToRow(work, counter, prepared, maxUnproved),
      )
    }
  }
  counter.write()
  return results
}
