import type { EventName } from '../port.ts'
import type { Key, Rows } from './rows.ts'

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

/** An operation on one row. */
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
