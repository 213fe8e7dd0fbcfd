import type { AcceptedRow, Counts, Minute, RejectedRow, Store, TokenStatus } from '../port.ts'
import { rowOf } from '../rules/columns.ts'
import { decide } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { discardedAtOnce, discardRejected as discardThese, retry as retryThese } from '../rules/rejected.ts'
import { enteredRow, known, rejectedRowOf, statusOf } from '../rules/row.ts'
import type { Key } from '../rules/rows.ts'
import { readCounts, readMinutes } from '../rules/tally.ts'
import type { SqlRow } from './driver.ts'
import { fromInbox } from './inbox-records.ts'
import type { TokenRow } from './row.ts'
import type { Statements } from './statements.ts'
import type { Reading, Work } from './work.ts'

/** See Store.find. A record that is not applied is shown as the row that it will make. */
export const find = ({ sql, inbox }: Reading, account: number, objectId: string): TokenStatus | undefined => {
  // The statement selects the columns that TokenRow names.
  const found = sql.findToken.get(account, objectId) as TokenRow | undefined
  let row = known(found && rowOf(found))
  for (const { seq, entry, receivedAt } of inbox.pending(account, objectId).map(fromInbox)) {
    const print = fingerprint(entry)
    const decision = decide(row, entry, print, receivedAt)
    if (decision.kind === 'queue') row = known(enteredRow(row, entry, print, decision.row, seq, receivedAt))
  }
  return row && statusOf(objectId, row)
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
export const history = (sql: Statements, account: number, since: number): Minute[] =>
  // The statement selects the columns that these rows have.
  readMinutes(sql.readMinutes.all(account, since) as { at: number; event: string; n: number }[])

/** See Store.rejected. */
export const rejected = (
  sql: Statements,
  account: number,
  { limit, after = Number.MAX_SAFE_INTEGER, code }: { limit: number; after?: number; code?: number },
): RejectedRow[] => {
  // The statement selects the columns that TokenRow names.
  const rows = sql.rejectedTokens.all(account, after, limit, code ?? null) as TokenRow[]
  return rows.map((row) => rejectedRowOf(row.object_id, rowOf(row)))
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
  // The statement selects the members of a key.
  const oldest = work.sql.oldestRejected.all(account, discardedAtOnce) as Key[]
  return discardThese(work, oldest, all, limits)
}

/** Queues the given refused rows anew; see Store.retryRejected. */
export const retry = (work: Work, account: number, objectIds: readonly string[], code?: number): number =>
  retryThese(
    work,
    objectIds.map((objectId) => ({ account, objectId })),
    code,
  )
