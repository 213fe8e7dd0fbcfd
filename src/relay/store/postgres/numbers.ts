import { type Delta, minuteOf, minutesKeptMs } from '../rules/tally.ts'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

/** Returns the statements that write a transaction's counts. */
export type NumberWriter = (delta: Delta, now: number) => readonly PgQuery[]

type Entries = ReturnType<Delta['entries']>
const columnsOf = (entries: Entries): unknown[] => [
  entries.map(({ account }) => account),
  entries.map(({ name }) => name),
  entries.map(({ by }) => by),
]

export const createNumberWriter = (): NumberWriter => {
  let pruned = 0
  /** Once a minute, the statement that deletes these accounts' oldest minutes. */
  const prunes = (accounts: Iterable<number>, minute: number): readonly PgQuery[] => {
    if (minute <= pruned) return []
    pruned = minute
    return [{ text: sql.forgetMinutes, values: [[...new Set(accounts)], minute - minutesKeptMs] }]
  }
  return (delta, now) => {
    const entries = delta.entries()
    const events = entries.filter(({ name }) => name.startsWith('event:'))
    const counted = entries.length > 0 ? [{ text: sql.addTally, values: columnsOf(entries) }] : []
    if (events.length === 0) return counted
    const minutes = { text: sql.addMinutes, values: [...columnsOf(events), minuteOf(now)] }
    return [
      ...counted,
      minutes,
      ...prunes(
        events.map(({ account }) => account),
        minuteOf(now),
      ),
    ]
  }
}
