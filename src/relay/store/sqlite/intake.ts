import type { NewEntry, PutResult, TokenStatus } from '../port.ts'
import { assertCapacity, type Capacities } from '../rules/apply-record.ts'
import { decide, fingerprintOf } from '../rules/decide.ts'
import { isForInbox } from '../rules/inbox-record.ts'
import type { Operation } from '../rules/operation.ts'
import { appliedRow, known, statusOf } from '../rules/row.ts'
import { apply } from './apply.ts'
import type { Inbox } from './inbox.ts'
import { type AcceptedRecord, fromInbox, toInbox } from './inbox-records.ts'
import { applySmallInbox, keepUp } from './merge.ts'
import type { Statements } from './statements.ts'
import { findRow, type Work } from './work.ts'

/** The result of an operation that needs a profile's pending records to be applied first. It has done nothing. */
export const later = Symbol('once the inbox is applied')
export type Later = typeof later

/** Runs an operation, unless its profiles have pending records in an inbox that is too long to apply first; see `later`. */
export const runCurrent = <T>(work: Work, { keys, run }: Pick<Operation<T>, 'keys' | 'run'>): T | Later => {
  const isPending = (): boolean => keys.some(({ account, objectId }) => work.inbox.has(work.account(account), objectId))
  return !isPending() || (applySmallInbox(work) && !isPending()) ? run(work) : later
}

const queued: PutResult = { result: 'queued' }

/** See Store.put. */
export const put = (
  work: Work,
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: Capacities,
): readonly PutResult[] | Later => {
  assertCapacity(entries, (account, pool) => work.queued(work.account(account), pool), maxQueued)
  if (!entries.every(isForInbox)) {
    const accept = (entry: NewEntry): AcceptedRecord => ({
      seq: work.nextSequence(),
      account: work.account(entry.account),
      receivedAt: work.now,
      entry,
    })
    return runCurrent(work, { keys: entries, run: () => apply(work, entries.map(accept), maxUnproved) })
  }
  for (const entry of entries) {
    const account = work.account(entry.account)
    work.inbox.append(toInbox(account, entry, work.now))
    work.delta.add(account, 'pending', 1)
  }
  keepUp(work)
  return entries.map(() => queued)
}

/** See Store.find. A record that is not applied is shown as the row that it will make, which needs no write. */
export const find = (sql: Statements, inbox: Inbox, account: number, objectId: string): TokenStatus | undefined => {
  inbox.begin(sql)
  let row = known(findRow(sql, { account, objectId }))
  for (const { seq, entry, receivedAt } of inbox.pending(account, objectId).map(fromInbox)) {
    const fingerprint = fingerprintOf(entry)
    const decision = decide(row, entry, fingerprint, receivedAt)
    if (decision.kind === 'queue') row = known(appliedRow(row, entry, fingerprint, decision.row, seq, receivedAt))
  }
  return row && statusOf(objectId, row)
}
