import { type Delta, minuteOf, minutesKeptMs } from '../rules/tally.ts'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

/**
 * Gives the statements that write a transaction's numbers. They come last, right before the commit.
 *
 * A number is kept in shares that are summed when it is read. Each store handle has shares of its own out of
 * `shards` (two may come to use the same one, which costs time and not truth), so that relays do not wait for each other's
 * commits just to count.
 */
export interface NumberWriter {
  /** The share that it counts in. */
  share: number
  writes(delta: Delta, now: number): readonly PgQuery[]
  /** Once a minute, what takes these accounts' oldest minutes away. */
  prunes(accounts: Iterable<number>, now: number): readonly PgQuery[]
}

/** Into how many shares a number may be split. */
export const shards = 64

/** What was gathered as `pushferry.count` takes it: accounts, names and amounts. */
export const countColumns = (delta: Delta): [accounts: number[], names: string[], amounts: number[]] => {
  const entries = delta.entries()
  return [entries.map(({ account }) => Number(account)), entries.map(({ name }) => name), entries.map(({ by }) => by)]
}

export const createNumberWriter = (share: number): NumberWriter => {
  let pruned = 0
  const prunes = (accounts: Iterable<number>, now: number): readonly PgQuery[] => {
    const minute = minuteOf(now)
    if (minute === pruned) return []
    pruned = minute
    return [{ text: sql.forgetMinutes, values: [[...new Set(accounts)], minute - minutesKeptMs] }]
  }
  return {
    share,
    prunes,
    writes: (delta, now) => {
      const [accounts, names, amounts] = countColumns(delta)
      if (names.length === 0) return []
      const counted = { text: sql.count, values: [accounts, names, amounts, share, minuteOf(now)] }
      return names.some((name) => name.startsWith('event:')) ? [counted, ...prunes(accounts, now)] : [counted]
    },
  }
}
