import { type RowColumns, rowOf } from '../rules/columns.ts'
import { isOpen, type Row } from '../rules/row.ts'
import type { Key, Rows } from '../rules/rows.ts'
import { createDelta } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { PgQuery } from './driver.ts'
import { arraysOf, columnsOf } from './row.ts'
import { sql } from './statements.ts'

/** The result of statements that read whole rows. */
export type FoundRow = RowColumns & Readonly<{ account: number; object_id: string; version: string; settled: boolean }>

/**
 * The rows of the operations of one transaction, as they were read and after the operations. Operations change rows here, without a
 * round trip. `writes` then returns the statements that write the changes, each for all rows. They fail with a conflict if another
 * transaction has changed a row since it was read.
 */
export interface Work extends Rows {
  writes(): readonly PgQuery[]
}

/** The data that was read before the operations run. */
export interface Known {
  now: number
  rows: readonly FoundRow[]
  /** Numbers of queued rows, by `queuedKey`. */
  queued: ReadonlyMap<string, number>
  evictable: readonly FoundRow[]
  nextSequence(): number
}

/** The key of an account's number of queued rows. */
export const queuedKey = (account: number, pool: string): string => `${account} ${pool}`

const textOf = ({ account, objectId }: Key): string => `${account}\n${objectId}`
interface Entry {
  key: Key
  before: Row | undefined
  version: string | undefined
  wasOpen: boolean
  now: Row | undefined
}

/** Ids as the statements take them: an array for each column. */
export const idColumns = (keys: readonly Key[]): [number[], string[]] => [
  keys.map(({ account }) => account),
  keys.map(({ objectId }) => objectId),
]
const idsOf = (entries: readonly Entry[]): unknown[] => idColumns(entries.map(({ key }) => key))
const versionsOf = (entries: readonly Entry[]): unknown[] => [...idsOf(entries), entries.map(({ version }) => version)]
const recordsOf = (entries: readonly Entry[]): unknown[] =>
  arraysOf(
    entries.flatMap(({ key, now, version }) => (now ? [{ ...columnsOf(key, now), version: version ?? null }] : [])),
  )

/**
 * The statements that write the changes of the rows. Existing rows come before new ones, so that no transaction that waits for a row has
 * made a row for which another one waits (a deadlock).
 */
const writesOf = (entries: readonly Entry[]): PgQuery[] => {
  const changed = entries.filter((entry) => entry.now !== entry.before)
  const fromQueue = changed.filter(({ before, wasOpen }) => before && wasOpen)
  const fromSettled = changed.filter(({ before, wasOpen }) => before && !wasOpen)
  const leaving = fromQueue.filter(({ now }) => !now || !isOpen(now))
  const staying = fromQueue.filter(({ now }) => now && isOpen(now))
  const coming = changed.filter(({ before, wasOpen, now }) => now && isOpen(now) && !(before && wasOpen))
  const settling = changed.filter(({ now }) => now && !isOpen(now))
  const step = (some: readonly Entry[], text: string, values: (some: readonly Entry[]) => unknown[]): PgQuery[] =>
    some.length > 0 ? [{ text, values: values(some) }] : []
  return [
    // One statement locks its rows in order; two statements would not.
    ...step(leaving.length > 0 && staying.length > 0 ? fromQueue : [], sql.claimQueue, versionsOf),
    ...step(leaving, sql.dropQueue, versionsOf),
    ...step(staying, sql.changeQueue, recordsOf),
    ...step(fromSettled, sql.dropSettled, versionsOf),
    ...step(coming, sql.addQueue, recordsOf),
    ...step(coming, sql.checkAdded, idsOf),
    ...step(settling, sql.addSettled, recordsOf),
  ]
}

export const createWork = ({ now, rows, queued, evictable, nextSequence }: Known): Work => {
  const entries = new Map<string, Entry>()
  const delta = createDelta()

  const set = (key: Key, now: Row | undefined): void => {
    const absent = { key, before: undefined, version: undefined, wasOpen: false }
    entries.set(textOf(key), { ...(entries.get(textOf(key)) ?? absent), now })
  }
  for (const found of [...evictable, ...rows]) {
    const key = { account: found.account, objectId: found.object_id }
    const row = rowOf(found)
    entries.set(textOf(key), { key, before: row, version: found.version, wasOpen: !found.settled, now: row })
  }

  return {
    now,
    delta,
    account: accountNumber,
    nextSequence,
    find: (key) => entries.get(textOf(key))?.now,
    save: set,
    erase: (key) => set(key, undefined),
    queued: (account, pool) => (queued.get(queuedKey(account, pool)) ?? 0) + delta.of(account, `state:queued:${pool}`),
    evictable: (account) =>
      evictable.filter((one) => one.account === account).map((one) => ({ account, objectId: one.object_id })),
    writes: () => writesOf([...entries.values()]),
  }
}
