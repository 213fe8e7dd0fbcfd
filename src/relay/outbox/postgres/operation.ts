import type { NewRow } from './take.ts'
import type { Work } from './work.ts'

/** An operation that somebody waits for. */
export interface Job {
  operation: Operation<unknown>
  /** The ids and tokens that it names, each once. Jobs that share one must not be under way at the same time. */
  names: ReadonlySet<string>
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

/** See Job.names. */
export const namesOf = ({ keys, prints = [] }: Pick<Operation<unknown>, 'keys' | 'prints'>): Set<string> => {
  const names = new Set<string>()
  for (const { account, objectId } of keys) names.add(`${account}\n${objectId}`)
  for (const { account, fingerprint } of prints) names.add(`${account}\n\n${fingerprint}`)
  return names
}

/** Gives an account's number by its name. */
export type NumberOf = (name: string) => number

/** An operation on rows that can be named beforehand. */
export interface Operation<T> {
  /** The rows that it reads or changes. */
  keys: readonly { account: string; objectId: string }[]
  /** Tokens that it may queue: whether they stand elsewhere is found out beforehand. */
  prints?: readonly { account: string; fingerprint: string }[]
  /** Accounts whose number of queued live rows it wants to know. */
  counted?: readonly string[]
  /** All that it does, and its result, where none of its rows is known yet and its accounts' queues have room for them. */
  fresh?: { rows: readonly NewRow[]; result: T }
  /**
   * Runs without waiting for anything, perhaps more than once. `account` gives the number of an account.
   * Throws a StoreError, before it has changed anything, to be refused alone.
   */
  run(work: Work, account: NumberOf): T
}
