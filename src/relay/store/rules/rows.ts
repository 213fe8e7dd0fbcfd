import type { Pool } from '../port.ts'
import type { Row } from './row.ts'
import { countRow, type Delta } from './tally.ts'

/** Names a row. `account` is the adapter's number for the account. */
export interface Key {
  account: number
  objectId: string
}

/**
 * The rows and numbers of one transaction. An operation finds rows and saves what they become, without waiting for
 * anything; the adapter writes that, and `delta`, before the commit. Nothing changes in a row that was found.
 */
export interface Rows {
  /** Ms since the epoch. */
  now: number
  delta: Delta
  /** An account's number. */
  account(name: string): number
  /** Above every number that was given before. */
  nextSequence(): number
  find(key: Key): Row | undefined
  save(key: Key, row: Row): void
  erase(key: Key): void
  /** How many rows of a pool are queued, with what this transaction has changed. */
  queued(account: number, pool: Pool): number
  /** Leased by nobody, queued, and put off by CleverTap before their senders had proved anything: the oldest of them first. */
  evictable(account: number): Iterable<Key>
}

/** Makes `after` of `before`, in the rows and in the numbers; undefined: no row. */
export const change = (rows: Rows, key: Key, before: Row | undefined, after: Row | undefined): void => {
  if (before) countRow(rows.delta, key.account, before, -1)
  if (after) countRow(rows.delta, key.account, after, 1)
  if (after) rows.save(key, after)
  else rows.erase(key)
}
