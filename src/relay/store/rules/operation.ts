import type { EventName } from '../port.ts'
import type { Key, Rows } from './rows.ts'

/** Names a row by the name of its account. */
export interface Name {
  account: string
  objectId: string
}

/** An operation on rows that can be named beforehand: adapters may read them all at once. */
export interface Operation<T> {
  /** The rows that it reads or changes. */
  keys: readonly Name[]
  /** Accounts whose numbers of queued rows it wants to know, or which it counts something for. */
  counted?: readonly string[]
  /** How many unproved rows may be queued. Set where it has unproved records: an older row may have to give way to each. */
  maxUnproved?: number
  /**
   * Runs without waiting for anything, perhaps more than once.
   * Throws a StoreError, before it has changed anything, to be refused alone.
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
