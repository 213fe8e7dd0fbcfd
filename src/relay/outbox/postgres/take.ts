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
  const rows = operations.flatMap((some, operation) =>
    some.map((row) => ({ ...row, operation, place: 0, account: account(row.entry.account) })),
  )
  rows.forEach((row, place) => {
    row.place = place
  })
  // Relays that make the same rows come to them in the same order, and so wait for each other and not both.
  rows.sort((a, b) => a.account - b.account || (a.entry.objectId < b.entry.objectId ? -1 : 1))
  const live = new Map<number, number>()
  for (const { entry, account: number } of rows)
    live.set(number, (live.get(number) ?? 0) + (entry.lane === 'live' ? 1 : 0))
  return {
    text: sql.take,
    values: [
      rows.map(({ operation }) => operation),
      rows.map(({ place }) => place),
      rows.map((row) => row.account),
      rows.map(({ entry }) => entry.objectId),
      rows.map(({ entry }) => entry.token.type),
      rows.map(({ entry }) => laneNumber(entry.lane)),
      rows.map(({ keyed }) => keyed),
      rows.map(({ fingerprint }) => markOf(fingerprint)),
      rows.map(({ fingerprint }) => fingerprint),
      rows.map(({ entry }) => storable(entry.token.id)),
      rows.map(({ entry }) => entry.token.keys?.p256dh),
      rows.map(({ entry }) => entry.token.keys?.auth),
      rows.map(({ entry }) => warningsText(entry.warnings)),
      now,
      [...live.keys()],
      [...live.values()],
      Math.min(maxQueued, Number.MAX_SAFE_INTEGER),
      share,
      minuteOf(now),
    ],
  }
}
