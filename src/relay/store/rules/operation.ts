import type { EventName, Pool } from '../port.ts'
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

/** Replaces the row `before` with `after`, in the rows and in the counts; undefined: no row. */
export const change = (rows: Rows, key: Key, before: Row | undefined, after: Row | undefined): void => {
  if (before) countRow(rows.delta, key.account, before, -1)
  if (after) countRow(rows.delta, key.account, after, 1)
  if (after) rows.save(key, after)
  else rows.erase(key)
}

/** Names a row by the name of its account. */
export interface Name {
  account: string
  objectId: string
}

/** An operation on rows that it names beforehand, so that an adapter can read them all at once. */
export interface Operation<T> {
  /** The rows that it reads or changes. */
  keys: readonly Name[]
  /** Accounts whose counts of queued rows it reads, or to whose counts it adds. */
  counted?: readonly string[]
  /** Capacity for unproved rows. Set if the operation has unproved records: each may evict an older row. */
  maxUnproved?: number
  /**
   * Runs synchronously, and again if its transaction is repeated. A StoreError refuses this operation only; it must be thrown
   * before the first change.
   */
  run(rows: Rows): T
}

export const keyOf = (rows: Rows, { account, objectId }: Name): Key => ({ account: rows.account(account), objectId })

export const onOne = <T>(name: Name, run: (rows: Rows, key: Key) => T): Operation<T> => ({
  keys: [name],
  run: (rows) => run(rows, keyOf(rows, name)),
})

/** See Store.count. */
export const count = (account: string, event: EventName, by: number): Operation<void> => ({
  keys: [],
  counted: [account],
  run: ({ delta, account: number }) => delta.event(number(account), event, by),
})
