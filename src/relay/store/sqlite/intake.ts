import { StoreError } from '../errors.ts'
import type { EventName, NewEntry, PutResult } from '../port.ts'
import { decide, type Ownership, takesLiveRoom } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { poolOf, recountConfirmed } from '../rules/tally.ts'
import { arrivalsMoved, mostArrivals } from './arrivals.ts'
import {
  isHold,
  ownershipColumns,
  poolOfRow,
  standingOf,
  stateOf,
  type TokenRow,
  tokenColumns,
  warningsColumn,
} from './row.ts'
import type { Work } from './work.ts'

/** Records of one call that may wait unindexed. A call with more is a group commit by itself and gains nothing by it. */
const mostWaiting = 50

/** Takes a row's present state out of the numbers, before it becomes something else. */
const uncount = ({ delta }: Work, row: TokenRow): void => {
  delta.add(String(row.account), `state:${stateOf(row.state)}:${poolOfRow(row)}`, -1)
  if (stateOf(row.state) === 'rejected' && row.error_code !== null)
    delta.add(String(row.account), `code:${row.error_code}`, -1)
  recountConfirmed(delta, String(row.account), row.confirmed_on, null)
}

/** Removes a row that nobody has leased, with the event that says why. */
export const discard = (work: Work, row: TokenRow, event: EventName): void => {
  uncount(work, row)
  work.delta.event(String(row.account), event)
  removeRow(work, row.id)
}

/** Whether an unproved record may be queued where this row is. The oldest that was put off gives way to it. */
const makeRoom = (work: Work, account: number, row: TokenRow | undefined, maxUnproved: number): boolean => {
  if (row && stateOf(row.state) === 'queued' && row.proved === 0) return true
  if (work.count(account, 'state:queued:unproved') < maxUnproved) return true
  const oldest = work.sql.oldestDeferred.get(account) as TokenRow | undefined
  if (oldest) discard(work, oldest, 'evicted')
  return oldest !== undefined
}

/** The row of a profile that is not among the arrivals any more. */
const readRow = ({ sql }: Work, account: number, objectId: string): TokenRow | undefined =>
  // The statement selects the columns that TokenRow names.
  sql.findToken.get(account, objectId) as TokenRow | undefined
const findRow = (work: Work, account: number, objectId: string): TokenRow | undefined => {
  work.arrivals.show(account, objectId)
  const row = readRow(work, account, objectId)
  return row && !isHold(row) ? row : undefined
}

/** What `decide` says of a record whose objectId is not known: it is queued. */
const ownershipOfNew = (entry: NewEntry, print: string, now: number): Ownership => {
  const decision = decide(undefined, entry, print, now)
  if (decision.kind !== 'queue') throw new Error('a record of an objectId that is not known is always queued')
  return decision.row
}

/** Takes one record in. `isArrival`: a row that is new may wait unindexed; see arrivals.ts. */
export const putOne = (
  work: Work,
  account: number,
  entry: NewEntry,
  isArrival: boolean,
  maxUnproved: number,
): PutResult => {
  const { sql, delta, arrivals, persons, now } = work
  const { objectId } = entry
  const { type } = entry.token
  const print = fingerprint(entry)
  const bytes = Buffer.from(print, 'hex')
  const token = tokenColumns(entry.token)
  const warnings = warningsColumn(entry.warnings)
  const name = String(account)
  const sequence = work.nextSequence()
  const asNew = ownershipOfNew(entry, print, now)

  const queued = (result: 'queued' | 'replaced', row: Ownership): PutResult => {
    delta.add(name, `state:queued:${poolOf(row)}`, 1)
    recountConfirmed(delta, name, null, row.confirmedOn)
    delta.event(name, result)
    return { result }
  }
  /** Nearly every record is the first of its objectId. Gives the row that there was. */
  const makeRow = (): TokenRow | undefined => {
    arrivals.show(account, objectId)
    if (isArrival) {
      const row = persons.mayHave(account, objectId) ? readRow(work, account, objectId) : undefined
      const [, ...ownership] = ownershipColumns(asNew)
      if (!row) arrivals.add(sequence, account, objectId, [type, ...ownership, now, bytes, ...token, warnings])
      return row
    }
    // One statement finds out and does it.
    const values = [account, objectId, type, ...ownershipColumns(asNew), sequence, now, bytes, ...token, warnings]
    if (Number(sql.insertToken.run(...values).changes) === 0) return readRow(work, account, objectId)
    persons.add(account, objectId)
    return undefined
  }

  // Before the row is made, because nothing undoes it. Few records are unproved, and of these few come where there is no room.
  const isFull = !asNew.proved && work.count(account, 'state:queued:unproved') >= maxUnproved
  if (isFull) arrivals.show(account, objectId)
  const row = isFull ? readRow(work, account, objectId) : makeRow()
  if (!row) {
    if (!isFull) return queued('queued', asNew)
    if (!makeRoom(work, account, undefined, maxUnproved)) return { result: 'full' }
    makeRow()
    return queued('queued', asNew)
  }
  const decision = decide(isHold(row) ? undefined : standingOf(row), entry, print, now)
  if (decision.kind === 'refuse') {
    delta.event(name, 'refused')
    return { result: 'refused' }
  }
  if (decision.kind === 'keep') {
    if (decision.isChanged) {
      delta.add(name, `state:${stateOf(row.state)}:${poolOfRow(row)}`, -1)
      delta.add(name, `state:${stateOf(row.state)}:${poolOf(decision.row)}`, 1)
      recountConfirmed(delta, name, row.confirmed_on, decision.row.confirmedOn)
      sql.keepToken.run(row.id, ...ownershipColumns(decision.row))
    }
    delta.event(name, 'unchanged')
    return { result: 'unchanged' }
  }
  if (!decision.row.proved && !makeRoom(work, account, row, maxUnproved)) return { result: 'full' }
  if (!isHold(row)) uncount(work, row)
  if (decision.isTakeover) delta.event(name, 'takeover')
  sql.requeueToken.run(row.id, type, ...ownershipColumns(decision.row), sequence, now, bytes, ...token, warnings)
  return queued(decision.result, decision.row)
}

/** See Store.put. The limit looks at what is queued and at what this transaction has already added to it. */
export const put = (
  work: Work,
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: { maxQueued: number; maxUnproved: number },
): PutResult[] => {
  const live = new Map<number, number>()
  for (const entry of entries) {
    if (!takesLiveRoom(entry)) continue
    const account = work.account(entry.account)
    live.set(account, (live.get(account) ?? 0) + 1)
  }
  for (const [account, count] of live) {
    if (work.count(account, 'state:queued:live') + count > maxQueued)
      throw new StoreError('full', `more than ${maxQueued} records are queued`)
  }
  const isSmall = entries.length <= mostWaiting
  const results = entries.map((entry) =>
    putOne(work, work.account(entry.account), entry, isSmall && entry.lane === 'live', maxUnproved),
  )
  if (work.arrivals.size() > mostArrivals) work.arrivals.move(arrivalsMoved)
  return results
}

/** See Store.withdraw. */
export const withdraw = (work: Work, account: number, objectId: string): boolean => {
  const row = findRow(work, account, objectId)
  if (!row || stateOf(row.state) === 'withdrawn') return row !== undefined
  uncount(work, row)
  work.delta.add(String(account), `state:withdrawn:${poolOfRow(row)}`, 1)
  work.delta.event(String(account), 'withdrawn')
  work.sql.withdrawToken.run(row.id, work.now)
  return true
}

/** Takes a row out of the table, and out of what is known of profiles. */
export const removeRow = ({ sql, persons }: Pick<Work, 'sql' | 'persons'>, id: number): void => {
  sql.eraseToken.run(id)
  persons.erased(id)
}

/** See Store.erase; the caller purges the log afterwards, where older pages may still hold the row. */
export const erase = (work: Work, account: number, objectId: string): boolean => {
  const row = findRow(work, account, objectId)
  if (!row) return false
  if (row.holder === null) {
    discard(work, row, 'erased')
    return true
  }
  uncount(work, row)
  work.delta.event(String(account), 'erased')
  work.sql.holdToken.run(row.id)
  return true
}
