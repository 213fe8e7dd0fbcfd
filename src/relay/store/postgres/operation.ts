import type { Work } from './work.ts'

/** An operation on rows that can be named beforehand. */
export interface Operation<T> {
  /** The rows that it reads or changes. */
  keys: readonly { account: string; objectId: string }[]
  /** Accounts whose number of queued live rows it wants to know. */
  counted?: readonly string[]
  /** Accounts whose numbers of queued live and imported rows it wants to know. */
  countedImports?: readonly string[]
  /**
   * The accounts of its unproved records, each once for each record, and how many may be queued: for all of them an older one
   * may have to give way.
   */
  unproved?: { accounts: readonly string[]; most: number }
  /**
   * Runs without waiting for anything, perhaps more than once.
   * Throws a StoreError, before it has changed anything, to be refused alone.
   */
  run(work: Work): T
}
