import type { NewEntry, PutResult } from '../port.ts'
import { assertCapacity } from '../rules/enter.ts'
import { isForInbox } from '../rules/inbox-record.ts'
import * as rules from '../rules/remove.ts'
import { apply } from './apply.ts'
import { type AcceptedRecord, toInbox } from './inbox-records.ts'
import { applySmallInbox, keepUp } from './merge.ts'
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
  !work.inbox.has(account, objectId) || (applySmallInbox(work) && !work.inbox.has(account, objectId))

const queued: PutResult = { result: 'queued' }

/** See Store.put. */
export const put = (
  work: Work,
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: IntakeLimits,
): PutResult[] | Later => {
  const queuedNow = (name: string, pool: 'live' | 'import'): number => {
    const account = work.account(name)
    return work.queued(account, pool) + (pool === 'live' ? work.inbox.count(account) : 0)
  }
  assertCapacity(entries, queuedNow, maxQueued)
  const allForInbox = entries.every(isForInbox)
  if (!allForInbox && !entries.every(({ account, objectId }) => isCurrent(work, work.account(account), objectId)))
    return later
  const accept = (entry: NewEntry): AcceptedRecord => ({
    seq: work.nextSequence(),
    account: work.account(entry.account),
    receivedAt: work.now,
    entry,
  })
  if (!allForInbox) return apply(work, entries.map(accept), maxUnproved)
  for (const entry of entries) work.inbox.append(toInbox(accept(entry)))
  keepUp(work)
  return entries.map(() => queued)
}

/** See Store.withdraw. */
export const withdraw = (work: Work, account: number, objectId: string): boolean | Later =>
  isCurrent(work, account, objectId) ? rules.withdraw(work, { account, objectId }) : later

/**
 * See Store.erase; the caller purges the log afterwards, where older pages may still hold the row. Inbox rows that name the
 * profile are on disk until their merge ends, so it waits for that.
 */
export const erase = (work: Work, account: number, objectId: string): boolean | Later => {
  if (work.inbox.isMerging() && !applySmallInbox(work)) return later
  return isCurrent(work, account, objectId) ? rules.erase(work, { account, objectId }) : later
}
