import { StoreError } from '../errors.ts'
import type { NewEntry, PutResult } from '../port.ts'
import { decide } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { arrivalsMoved, mostArrivals } from './arrivals.ts'
import { laneNumber, laneOf, standingOf, stateOf, type TokenRow, tokenColumns, warningsColumn } from './row.ts'
import type { Work } from './work.ts'

/** Records of one call that may wait unindexed. A call with more is a group commit by itself and gains nothing by it. */
const mostWaiting = 50

/** Takes a row's present state out of the numbers, before it becomes something else. */
const uncount = ({ delta }: Work, row: TokenRow): void => {
  delta.add(String(row.account), `state:${stateOf(row.state)}:${laneOf(row.lane)}`, -1)
  if (stateOf(row.state) === 'rejected' && row.error_code !== null)
    delta.add(String(row.account), `code:${row.error_code}`, -1)
}

/** The row of a profile that is not among the arrivals any more. */
const readRow = ({ sql }: Work, account: number, objectId: string): TokenRow | undefined =>
  // The statement selects the columns that TokenRow names.
  sql.findToken.get(account, objectId) as TokenRow | undefined
const findRow = (work: Work, account: number, objectId: string): TokenRow | undefined => {
  work.arrivals.show(account, objectId)
  return readRow(work, account, objectId)
}

/** Takes one record in. `isArrival`: a row that is new may wait unindexed; see arrivals.ts. */
export const putOne = (work: Work, account: number, entry: NewEntry, isArrival: boolean): PutResult => {
  const { sql, delta, arrivals, persons, now } = work
  const { objectId } = entry
  const { type } = entry.token
  const print = fingerprint(entry.token)
  const bytes = Buffer.from(print, 'hex')
  const lane = laneNumber(entry.lane)
  const token = tokenColumns(entry.token)
  const warnings = warningsColumn(entry.warnings)
  const name = String(account)
  const sequence = work.nextSequence()
  const keyed = entry.sender === 'trusted' ? 0 : 1

  const queued = (result: 'queued' | 'replaced'): PutResult => {
    delta.add(name, `state:queued:${entry.lane}`, 1)
    delta.event(name, result)
    return { result }
  }
  /** Nearly every record is the first of its objectId. Gives the row that there was. */
  const makeRow = (): TokenRow | undefined => {
    arrivals.show(account, objectId)
    if (isArrival) {
      const row = persons.mayHave(account, objectId) ? readRow(work, account, objectId) : undefined
      if (!row) arrivals.add(sequence, account, objectId, [type, keyed, now, bytes, ...token, warnings])
      return row
    }
    // One statement finds out and does it.
    const values = [account, objectId, type, lane, sequence, keyed, now, bytes, ...token, warnings]
    if (Number(sql.insertToken.run(...values).changes) === 0) return readRow(work, account, objectId)
    persons.add(account, objectId)
    return undefined
  }

  const row = makeRow()
  if (!row) return queued('queued')
  const decision = decide(standingOf(row), entry, print, now)
  if (decision.kind === 'refuse') {
    delta.event(name, 'refused')
    return { result: 'refused' }
  }
  const key = decision.keyed ? 1 : 0
  if (decision.kind === 'keep') {
    if (decision.promote) {
      delta.add(name, `state:${stateOf(row.state)}:import`, -1)
      delta.add(name, `state:${stateOf(row.state)}:live`, 1)
    }
    if (decision.promote || key !== row.keyed) sql.keepToken.run(row.id, key, decision.promote ? 0 : row.lane)
    delta.event(name, 'unchanged')
    return { result: 'unchanged' }
  }
  uncount(work, row)
  sql.requeueToken.run(row.id, type, lane, sequence, key, now, bytes, ...token, warnings)
  return queued(decision.result)
}

/** See Store.put. The limit looks at what is queued and at what this transaction has already added to it. */
export const put = (work: Work, entries: readonly NewEntry[], maxQueued: number): PutResult[] => {
  const live = new Map<number, number>()
  for (const entry of entries) {
    if (entry.lane !== 'live') continue
    const account = work.account(entry.account)
    live.set(account, (live.get(account) ?? 0) + 1)
  }
  for (const [account, count] of live) {
    if (work.count(account, 'state:queued:live') + count > maxQueued)
      throw new StoreError('full', `more than ${maxQueued} records are queued`)
  }
  const isSmall = entries.length <= mostWaiting
  const results = entries.map((entry) =>
    putOne(work, work.account(entry.account), entry, isSmall && entry.lane === 'live'),
  )
  if (work.arrivals.size() > mostArrivals) work.arrivals.move(arrivalsMoved)
  return results
}

/** See Store.withdraw. */
export const withdraw = (work: Work, account: number, objectId: string): boolean => {
  const row = findRow(work, account, objectId)
  if (!row || stateOf(row.state) === 'withdrawn') return row !== undefined
  uncount(work, row)
  work.delta.add(String(account), `state:withdrawn:${laneOf(row.lane)}`, 1)
  work.delta.event(String(account), 'withdrawn')
  work.sql.withdrawToken.run(row.id, work.now)
  return true
}

/** See Store.erase; the caller purges the log afterwards, where older pages may still hold the row. */
export const erase = (work: Work, account: number, objectId: string): boolean => {
  const row = findRow(work, account, objectId)
  if (!row) return false
  uncount(work, row)
  work.delta.event(String(account), 'erased')
  work.sql.eraseToken.run(row.id)
  work.persons.erased(row.id)
  return true
}
