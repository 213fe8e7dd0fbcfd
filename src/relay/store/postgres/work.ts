import { type FoundColumns, rowOf } from '../rules/columns.ts'
import type { Key, Rows } from '../rules/operation.ts'
import { isOpen, type Row } from '../rules/row.ts'
import { createDelta, type Delta, minuteOf, minutesKeptMs } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { PgQuery } from './driver.ts'
import { arraysOf, columnsOf } from './row.ts'
import { sql } from './statements.ts'

/** The result of statements that read whole rows. */
export type FoundRow = FoundColumns & Readonly<{ settled: boolean }>

/**
 * The rows of the operations of one transaction, as they were read and after the operations. Operations change rows here, without a
 * round trip. `writes` then returns the statements that write the changes and the counts; each statement writes many rows.
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
  /** The sequence number before the first one of this transaction. */
  lastSequence: number
}

/** The key of an account's number of queued rows. */
export const queuedKey = (account: number, pool: string): string => `${account} ${pool}`

const stringOf = ({ account, objectId }: Key): string => `${account}\n${objectId}`
interface Entry {
  key: Key
  before: Row | undefined
  table: 'queue' | 'settled' | undefined
  now: Row | undefined
}

/** Ids as the statements take them: an array for each column. */
export const idColumns = (keys: readonly Key[]): [number[], string[]] => [
  keys.map(({ account }) => account),
  keys.map(({ objectId }) => objectId),
]
const idsOf = (entries: readonly Entry[]): unknown[] => idColumns(entries.map(({ key }) => key))
const rowsIn = (entries: readonly Entry[]): unknown[] =>
  arraysOf(entries.flatMap(({ key, now }) => (now ? [columnsOf(key, now)] : [])))

/** The statements that write the changes of the rows. A row that moves to the other table is deleted first. */
const writesOf = (entries: readonly Entry[]): PgQuery[] => {
  const changed = entries.filter((entry) => entry.now !== entry.before)
  const isForQueue = ({ now }: Entry): boolean => now !== undefined && isOpen(now)
  const step = (
    text: string,
    values: (some: readonly Entry[]) => unknown[],
    isFor: (one: Entry) => boolean,
  ): PgQuery[] => {
    const some = changed.filter(isFor)
    return some.length > 0 ? [{ text, values: values(some) }] : []
  }
  return [
    ...step(sql.dropQueue, idsOf, (one) => one.table === 'queue' && !isForQueue(one)),
    ...step(sql.dropSettled, idsOf, (one) => one.table === 'settled'),
    ...step(sql.changeQueue, rowsIn, (one) => one.table === 'queue' && isForQueue(one)),
    ...step(sql.addQueue, rowsIn, (one) => one.table !== 'queue' && isForQueue(one)),
    ...step(sql.addSettled, rowsIn, (one) => one.now !== undefined && !isForQueue(one)),
  ]
}

const sumColumns = (entries: ReturnType<Delta['entries']>): unknown[][] => [
  entries.map(({ account }) => account),
  entries.map(({ name }) => name),
  entries.map(({ by }) => by),
]

/** The statements that write a transaction's counts, and delete old minutes. `at`: ms since the epoch. */
export const numberWrites = (delta: Delta, at: number): readonly PgQuery[] => {
  const entries = delta.entries()
  const events = sumColumns(entries.filter(({ name }) => name.startsWith('event:')))
  const minute = minuteOf(at)
  if (entries.length === 0) return []
  return [
    { text: sql.addTally, values: sumColumns(entries) },
    { text: sql.addMinutes, values: [...events, minute] },
    { text: sql.forgetMinutes, values: [events[0], minute - minutesKeptMs] },
  ]
}

export const createWork = ({ now, rows, queued, evictable, lastSequence }: Known): Work => {
  let sequence = lastSequence
  const entries = new Map<string, Entry>()
  const delta = createDelta()

  const set = (key: Key, now: Row | undefined): void => {
    const absent = { key, before: undefined, table: undefined }
    entries.set(stringOf(key), { ...(entries.get(stringOf(key)) ?? absent), now })
  }
  for (const found of [...evictable, ...rows]) {
    const key = { account: found.account, objectId: found.object_id }
    const row = rowOf(found)
    entries.set(stringOf(key), { key, before: row, table: found.settled ? 'settled' : 'queue', now: row })
  }

  return {
    now,
    delta,
    account: accountNumber,
    nextSequence: () => ++sequence,
    find: (key) => entries.get(stringOf(key))?.now,
    save: set,
    erase: (key) => set(key, undefined),
    queued: (account, pool) => (queued.get(queuedKey(account, pool)) ?? 0) + delta.of(account, `state:queued:${pool}`),
    evictable: (account) =>
      evictable.filter((one) => one.account === account).map((one) => ({ account, objectId: one.object_id })),
    writes: () => [...writesOf([...entries.values()]), ...numberWrites(delta, now)],
  }
}
