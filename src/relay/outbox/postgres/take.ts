import type { NewEntry } from '../store.ts'
import { minuteOf } from '../tally.ts'
import type { PgQuery } from './driver.ts'
import type { Job } from './operation.ts'
import { findable, laneNumber, markOf, storable, warningsText } from './row.ts'
import { sql } from './statements.ts'

/** An entry, as the row that it becomes where its objectId is not known yet. */
export interface NewRow {
  entry: NewEntry
  fingerprint: string
  keyed: boolean
}

/**
 * The jobs of a group that `pushferry.take` may try. The others must see their rows first, and so come after: a job that
 * names an id or a token that an earlier one names too, or one of them twice, or an id that cannot be stored.
 */
export const takeable = (group: readonly Job[]): Job[] => {
  const named = new Set<string>()
  return group.filter(({ operation: { keys, fresh }, names }) => {
    const before = named.size
    for (const name of names) named.add(name)
    const isFirst = named.size - before === names.length
    return fresh && isFirst && keys.every(({ objectId }) => findable(objectId) === objectId)
  })
}

/** The call of `pushferry.take` for these operations; it answers with the places of those that it has left alone. */
export const takeQuery = (
  operations: readonly (readonly NewRow[])[],
  account: (name: string) => number,
  { now, maxQueued, share }: { now: number; maxQueued: number; share: number },
): PgQuery => {
  const rows: { row: NewRow; operation: number; place: number; number: number }[] = []
  operations.forEach((some, operation) => {
    for (const row of some) rows.push({ row, operation, place: rows.length, number: account(row.entry.account) })
  })
  // Relays that make the same rows come to them in the same order, and so wait for each other and not both.
  rows.sort((a, b) => a.number - b.number || (a.row.entry.objectId < b.row.entry.objectId ? -1 : 1))
  const live = new Map<number, number>()
  for (const { row, number } of rows) live.set(number, (live.get(number) ?? 0) + (row.entry.lane === 'live' ? 1 : 0))
  return {
    text: sql.take,
    values: [
      rows.map(({ operation }) => operation),
      rows.map(({ place }) => place),
      rows.map(({ number }) => number),
      rows.map(({ row }) => row.entry.objectId),
      rows.map(({ row }) => row.entry.token.type),
      rows.map(({ row }) => laneNumber(row.entry.lane)),
      rows.map(({ row }) => row.keyed),
      rows.map(({ row }) => markOf(row.fingerprint)),
      rows.map(({ row }) => row.fingerprint),
      rows.map(({ row }) => storable(row.entry.token.id)),
      rows.map(({ row }) => row.entry.token.keys?.p256dh),
      rows.map(({ row }) => row.entry.token.keys?.auth),
      rows.map(({ row }) => warningsText(row.entry.warnings)),
      now,
      [...live.keys()],
      [...live.values()],
      Math.min(maxQueued, Number.MAX_SAFE_INTEGER),
      share,
      minuteOf(now),
    ],
  }
}
