import { type Delta, minuteOf, minutesKeptMs } from '../rules/tally.ts'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

/**
 * Returns the statements that write a transaction's counts. They run last, right before the commit.
 *
 * A count is stored in shares, which are summed when it is read. Each store handle uses different shares out of `shards`, so that relays do
 * not wait for each other's commits only to count. If two handles use the same share, they are slower, but the counts stay right.
 */
export type NumberWriter = (delta: Delta, now: number) => readonly PgQuery[]

/** Number of shares of a count. */
export const shards = 64

type Entries = ReturnType<Delta['entries']>
const columnsOf = (entries: Entries): unknown[] => [
  entries.map(({ account }) => account),
  entries.map(({ name }) => name),
  entries.map(({ by }) => by),
]

export const createNumberWriter = (share: number): NumberWriter => {
  let pruned = 0
  /** Once a minute, the statement that deletes these accounts' oldest minutes. */
  const prunes = (accounts: Iterable<number>, now: number): readonly PgQuery[] => {
    const minute = minuteOf(now)
    if (minute <= pruned) return []
    pruned = minute
    return [{ text: sql.forgetMinutes, values: [[...new Set(accounts)], minute - minutesKeptMs] }]
  }
  return (delta, now) => {
    const entries = delta.entries()
    if (entries.length === 0) return []
    const events = entries.filter(({ name }) => name.startsWith('event:'))
    const counted = { text: sql.addTally, values: [...columnsOf(entries), share] }
    if (events.length === 0) return [counted]
    const minutes = { text: sql.addMinutes, values: [...columnsOf(events), share, minuteOf(now)] }
    const accounts = events.map(({ account }) => account)
    return [counted, minutes, ...prunes(accounts, now)]
  }
}
