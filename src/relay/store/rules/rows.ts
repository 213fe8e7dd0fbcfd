import type { Pool } from '../port.ts'
import type { Row } from './row.ts'
import { countRow, type Delta } from './tally.ts'

/** Names a row. `account` is the adapter's number for the account. */
export interface Key {
  account: number
  objectId: string
}

/**
 * The rows and counts of one transaction. An operation finds rows and saves changed copies, synchronously. The adapter writes these, and
 * `delta`, before the commit. A found row is never modified.
 */
export interface Rows {
  /** Ms since the epoch. */
  now: number
  delta: Delta
  /** An account's number. */
  account(name: string): number
  /** Returns a sequence number above all earlier ones. */
  nextSequence(): number
  find(key: Key): Row | undefined
  save(key: Key, row: Row): void
  erase(key: Key): void
  /** The number of queued rows of a pool, including the changes of this transaction. */
  queued(account: number, pool: Pool): number
  /** The queued, deferred and unproved rows that are not leased, the oldest first. */
  evictable(account: number): Iterable<Key>
}

/** Makes `after` of `before`, in the rows and in the numbers; undefined: no row. */
export const change = (rows: Rows, key: Key, before: Row | undefined, after: Row | undefined): void => {
  if (before) countRow(rows.delta, key.account, before, -1)
  if (after) countRow(rows.delta, key.account, after, 1)
  if (after) rows.save(key, after)
  else rows.erase(key)
}
