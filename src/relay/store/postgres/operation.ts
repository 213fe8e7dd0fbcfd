import type { PgQuery } from './driver.ts'
import type { NewRow } from './take.ts'
import type { Work } from './work.ts'

/** An operation that somebody waits for. */
export interface Job {
  operation: Operation<unknown>
  /** The ids and tokens that it names. Jobs that share one must not be under way at the same time. */
  names: readonly string[]
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

/** See Job.names. */
export const namesOf = ({ keys }: Operation<unknown>): string[] =>
  keys.map(({ account, objectId }) => `${account}\n${objectId}`)

/** An operation on rows that can be named beforehand. */
export interface Operation<T> {
  /** The rows that it reads or changes. */
  keys: readonly { account: string; objectId: string }[]
  /** Accounts whose number of queued live rows it wants to know. */
  counted?: readonly string[]
  /** The accounts of its unproved records, each once for each record: for all of them an older one may have to give way. */
  unproved?: readonly string[]
  /** All that it does, and its result, where none of its rows is known yet and its accounts' queues have room for them. */
  fresh?: { rows: readonly NewRow[]; result: T }
  /** Statements of its own, behind those that write its rows. */
  writes?: readonly PgQuery[]
  /**
   * Runs without waiting for anything, perhaps more than once.
   * Throws a StoreError, before it has changed anything, to be refused alone.
   */
  run(work: Work): T
}
