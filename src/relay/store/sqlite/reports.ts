import {
  type AcceptedRow,
  type Counts,
  type EventName,
  eventNames,
  type Minute,
  type RejectedRow,
  type Store,
  type TokenStatus,
} from '../port.ts'
import { decide, type Standing } from '../rules/decide.ts'
import { discardedAtOnce, isDiscarded } from '../rules/discard.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { readCounts } from '../rules/tally.ts'
import { discard } from './apply.ts'
import type { SqlRow } from './driver.ts'
import { fromInbox } from './inbox-records.ts'
import { isHold, poolOfRow, queuedStatusOf, rejectedRowOf, standingOf, statusOf, type TokenRow } from './row.ts'
import type { Statements } from './statements.ts'
import type { Reading, Work } from './work.ts'

/** See Store.find. A record that is not applied is shown as the row that it will make. */
export const find = ({ sql, inbox }: Reading, account: number, objectId: string): TokenStatus | undefined => {
  // The statement selects the columns that TokenRow names.
  const row = sql.findToken.get(account, objectId) as TokenRow | undefined
  const isKnown = row !== undefined && !isHold(row)
  let status = isKnown ? statusOf(row) : undefined
  let standing: Standing | undefined = isKnown ? standingOf(row) : undefined
  for (const { entry, receivedAt } of inbox.pending(account, objectId).map(fromInbox)) {
    const print = fingerprint(entry)
    const decision = decide(standing, entry, print, receivedAt)
    if (decision.kind !== 'queue') continue
    standing = { state: 'queued', fingerprint: print, settledAt: null, ...decision.row }
    status = queuedStatusOf(entry, receivedAt)
  }
  return status
}

/** See Store.counts. What is in the inbox counts as queued. The oldest row is found by its sequence in each of the places where an open row can be. */
export const counts = ({ sql, inbox }: Reading, account: number): Counts => {
  const numbers = new Map((sql.readTally.all(account) as SqlRow[]).map((row) => [String(row.name), Number(row.n)]))
  const waiting = inbox.count(account)
  const name = 'state:queued:live'
  numbers.set(name, (numbers.get(name) ?? 0) + waiting)
  const [oldest] = [
    waiting > 0 ? sql.oldestInbox.get() : undefined,
    sql.oldestDue.get(account, 0),
    sql.oldestDue.get(account, 1),
    sql.oldestDue.get(account, 2),
    sql.oldestWaiting.get(account),
    sql.oldestHeld.get(account),
  ]
    .flatMap((row) => (row ? [row as SqlRow] : []))
    .filter((row) => row.seq !== null)
    .sort((a, b) => Number(a.seq) - Number(b.seq))
  return readCounts(numbers, oldest ? Number(oldest.received_at) : null)
}

/** See Store.history. */
export const history = (sql: Statements, account: number, since: number): Minute[] => {
  const minutes = new Map<number, Partial<Record<EventName, number>>>()
  for (const row of sql.readMinutes.all(account, since) as SqlRow[]) {
    const event = eventNames.find((name) => name === row.event)
    if (!event) continue
    const at = Number(row.at)
    minutes.set(at, { ...minutes.get(at), [event]: Number(row.n) })
  }
  return [...minutes].map(([at, events]) => ({ at, events }))
}

/** See Store.rejected. */
export const rejected = (
  sql: Statements,
  account: number,
  { limit, after = Number.MAX_SAFE_INTEGER, code }: { limit: number; after?: number; code?: number },
): RejectedRow[] => {
  const rows =
    code === undefined
      ? sql.rejectedTokens.all(account, after, limit)
      : sql.rejectedOfCode.all(account, after, limit, code)
  return (rows as TokenRow[]).map(rejectedRowOf)
}

/** See Store.accepted. */
export const accepted = (
  sql: Statements,
  account: number,
  { limit, after = '' }: { limit: number; after?: string },
  // The statement selects the columns that AcceptedRow names.
): AcceptedRow[] => sql.acceptedTokens.all(account, after, limit) as AcceptedRow[]

/** See Store.discardRejected. */
export const discardRejected = (
  work: Work,
  account: number,
  limits: Parameters<Store['discardRejected']>[1],
): number => {
  const pools = ['live', 'unproved', 'import'] as const
  const all = pools.reduce((sum, pool) => sum + work.count(account, `state:rejected:${pool}`), 0)
  const gone = (work.sql.oldestRejected.all(account, discardedAtOnce) as TokenRow[]).filter((row, at) =>
    isDiscarded(row.settled_at, all - at, limits),
  )
  for (const row of gone) discard(work, row, 'discarded')
  return gone.length
}

/** Rows that one transaction of retryRejected takes, so that intake does not wait behind a large one. */
export const retryPage = 1000

/** Queues the given refused rows anew; rows that are not refused (with this code, if one is given) are passed over. */
export const retry = (work: Work, account: number, objectIds: readonly string[], code?: number): number => {
  let retried = 0
  for (const objectId of objectIds) {
    const row = work.sql.findToken.get(account, objectId) as TokenRow | undefined
    if (row?.state !== 4 || row.token === null || (code !== undefined && row.error_code !== code)) continue
    work.sql.retryToken.run(row.id, work.nextSequence(), work.now)
    const name = String(account)
    work.delta.add(name, `state:rejected:${poolOfRow(row)}`, -1)
    work.delta.add(name, `state:queued:${poolOfRow(row)}`, 1)
    if (row.error_code !== null) work.delta.add(name, `code:${row.error_code}`, -1)
    work.delta.event(name, 'queued')
    retried++
  }
  return retried
}
