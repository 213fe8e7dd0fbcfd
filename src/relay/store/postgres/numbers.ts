import { type Delta, minuteOf, minutesKeptMs } from '../rules/tally.ts'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

type Entries = ReturnType<Delta['entries']>
const columnsOf = (entries: Entries): unknown[][] => [
  entries.map(({ account }) => account),
  entries.map(({ name }) => name),
  entries.map(({ by }) => by),
]

/** The statements that write a transaction's counts, and delete old minutes. `at`: ms since the epoch. */
export const numberWrites = (delta: Delta, at: number): readonly PgQuery[] => {
  const entries = delta.entries()
  const events = columnsOf(entries.filter(({ name }) => name.startsWith('event:')))
  const minute = minuteOf(at)
  if (entries.length === 0) return []
  return [
    { text: sql.addTally, values: columnsOf(entries) },
    { text: sql.addMinutes, values: [...events, minute] },
    { text: sql.forgetMinutes, values: [events[0], minute - minutesKeptMs] },
  ]
}
