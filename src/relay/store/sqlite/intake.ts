import { StoreError } from '../errors.ts'
import type { NewEntry, PutResult } from '../port.ts'
import { takesLiveRoom } from '../rules/decide.ts'
import { apply, discard, uncount } from './apply.ts'
import { type AcceptedRecord, toInbox } from './inbox-records.ts'
import { keepUp, settleSmall } from './merge.ts'
import { isHold, poolOfRow, stateOf, type TokenRow } from './row.ts'
import type { Work } from './work.ts'

/** Said by an operation that has to know what becomes of a profile's record which is not applied: it did nothing. */
export const later = Symbol('once the inbox is applied')
export type Later = typeof later

export interface IntakeLimits {
  maxQueued: number
  maxUnproved: number
}

/** Whether a profile's row can be looked at: nothing about it waits in the inbox, any more. */
const isCurrent = (work: Work, account: number, objectId: string): boolean =>
  !work.inbox.has(account, objectId) || (settleSmall(work) && !work.inbox.has(account, objectId))

const findRow = ({ sql }: Work, account: number, objectId: string): TokenRow | undefined => {
  // The statement selects the columns that TokenRow names.
  const row = sql.findToken.get(account, objectId) as TokenRow | undefined
  return row && !isHold(row) ? row : undefined
}

/** The limit looks at what is queued and at what this transaction has already added to it. */
const assertRoom = (work: Work, entries: readonly NewEntry[], maxQueued: number): void => {
  const live = new Map<number, number>()
  for (const entry of entries) {
    if (!takesLiveRoom(entry)) continue
    const account = work.account(entry.account)
    live.set(account, (live.get(account) ?? 0) + 1)
  }
  for (const [account, count] of live) {
    if (work.count(account, 'state:queued:live') + work.inbox.count(account) + count > maxQueued)
      throw new StoreError('full', `more than ${maxQueued} records are queued`)
  }
}

/** A backend needs no result for its answer, so its live records may wait in the inbox. */
const mayWait = ({ sender, lane, replaceLive }: NewEntry): boolean =>
  sender === 'trusted' && lane === 'live' && replaceLive

const queued: PutResult = { result: 'queued' }

/** See Store.put. */
export const put = (
  work: Work,
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: IntakeLimits,
): PutResult[] | Later => {
  assertRoom(work, entries, maxQueued)
  const allMayWait = entries.every(mayWait)
  if (!allMayWait && !entries.every(({ account, objectId }) => isCurrent(work, work.account(account), objectId)))
    return later
  const accept = (entry: NewEntry): AcceptedRecord => ({
    seq: work.nextSequence(),
    account: work.account(entry.account),
    receivedAt: work.now,
    entry,
  })
  if (!allMayWait) return apply(work, entries.map(accept), maxUnproved)
  for (const entry of entries) work.inbox.append(toInbox(accept(entry)))
  keepUp(work)
  return entries.map(() => queued)
}

/** See Store.withdraw. */
export const withdraw = (work: Work, account: number, objectId: string): boolean | Later => {
  if (!isCurrent(work, account, objectId)) return later
  const row = findRow(work, account, objectId)
  if (!row || stateOf(row.state) === 'withdrawn') return row !== undefined
  uncount(work, row)
  work.delta.add(String(account), `state:withdrawn:${poolOfRow(row)}`, 1)
  work.delta.event(String(account), 'withdrawn')
  work.sql.withdrawToken.run(row.id, work.now, work.nextSequence())
  return true
}

/**
 * See Store.erase; the caller purges the log afterwards, where older pages may still hold the row. Inbox rows that name the
 * profile are on disk until their merge ends, so it waits for that.
 */
export const erase = (work: Work, account: number, objectId: string): boolean | Later => {
  if (work.inbox.isMerging() && !settleSmall(work)) return later
  if (!isCurrent(work, account, objectId)) return later
  const row = findRow(work, account, objectId)
  if (!row) return false
  if (row.holder === null) discard(work, row, 'erased')
  else {
    uncount(work, row)
    work.delta.event(String(account), 'erased')
    work.sql.holdToken.run(row.id)
  }
  return true
}
