import { type Delta, minuteOf, minutesKeptMs } from '../tally.ts'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

/**
 * Gives the statements that write a transaction's numbers. They come last, right before the commit.
 *
 * A number is kept in shares that are summed when it is read. Each store handle has a share of its own out of
 * `shards` (two may come to use the same one, which costs time and not truth), so that relays do not wait for each other's
 * commits just to count.
 */
export interface NumberWriter {
  writes(delta: Delta, now: number): readonly PgQuery[]
}

/** Into how many shares a number may be split. */
export const shards = 64

export const createNumberWriter = (shard: number): NumberWriter => {
  let pruned = 0
  return {
    writes: (delta, now) => {
      const entries = delta.entries().map(({ account, name, by }) => ({ account: Number(account), name, by }))
      if (entries.length === 0) return []
      const minute = minuteOf(now)
      const events = entries.flatMap(({ account, name, by }) =>
        name.startsWith('event:') ? [{ account, event: name.slice('event:'.length), by }] : [],
      )
      const queries: PgQuery[] = [{ text: sql.addToTally, values: [JSON.stringify(entries), shard] }]
      if (events.length === 0) return queries
      queries.push({ text: sql.addToMinute, values: [JSON.stringify(events), shard, minute] })
      if (minute !== pruned) {
        const accounts = [...new Set(events.map(({ account }) => account))]
        queries.push({ text: sql.forgetMinutes, values: [accounts, minute - minutesKeptMs] })
        pruned = minute
      }
      return queries
    },
  }
}
