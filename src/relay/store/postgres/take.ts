import { createHash } from 'node:crypto'
import type { NewEntry } from '../port.ts'
import { createDelta, minuteOf } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { PgQuery } from './driver.ts'
import { countColumns } from './numbers.ts'
import type { Job } from './operation.ts'
import { findable, laneNumber, storable, warningsText } from './row.ts'
import { sql } from './statements.ts'

/** An entry of a proved sender, as the row that it becomes where its objectId is not known yet. */
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

/**
 * A column of the rows as PostgreSQL writes an array (postgresql.org/docs/current/arrays.html#ARRAYS-IO); the driver's own
 * way took 5 µs a record. Texts are words as they are, or `quoted`. A column of nothing is no array at all: `unnest` makes
 * it as long as the others.
 */
const listOf = <Row>(rows: readonly Row[], of: (row: Row) => string | number | boolean | undefined): string | null => {
  let list = ''
  let isEmpty = true
  for (const row of rows) {
    const element = of(row)
    if (element !== undefined) isEmpty = false
    list += list === '' ? (element ?? 'NULL') : `,${element ?? 'NULL'}`
  }
  return isEmpty ? null : `{${list}}`
}

/** A text as an element of such an array. */
const quoted = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`

/** Out of its text, because behind PgBouncer a relay of another version may have given its statement the same name. */
const name = `pushferry-${createHash('sha256').update(sql.take).digest('hex').slice(0, 16)}`

/**
 * The call of `pushferry.take` for these operations; it answers with the places of those that it has left alone. `most` is how
 * many live rows an account may have; undefined where there is room in any case.
 */
export const takeQuery = (
  operations: readonly (readonly NewRow[])[],
  { now, most, share }: { now: number; most: number | undefined; share: number },
): PgQuery => {
  const rows: { row: NewRow; operation: number; place: number; number: number }[] = []
  operations.forEach((some, operation) => {
    for (const row of some) rows.push({ row, operation, place: rows.length, number: accountNumber(row.entry.account) })
  })
  // Relays that make the same rows come to them in the same order, and so wait for each other and not both.
  rows.sort((a, b) => a.number - b.number || (a.row.entry.objectId < b.row.entry.objectId ? -1 : 1))
  const delta = createDelta()
  const numbers = [...new Set(rows.map(({ number }) => number))]
  for (const number of numbers) {
    const own = rows.filter((one) => one.number === number)
    delta.event(String(number), 'queued', own.length)
    for (const lane of ['live', 'import'] as const)
      delta.add(String(number), `state:queued:${lane}`, own.filter(({ row }) => row.entry.lane === lane).length)
  }
  return {
    name,
    text: sql.take,
    values: [
      listOf(rows, ({ operation }) => operation),
      listOf(rows, ({ place }) => place),
      listOf(rows, ({ number }) => number),
      listOf(rows, ({ row }) => quoted(row.entry.objectId)),
      listOf(rows, ({ row }) => row.entry.token.type),
      listOf(rows, ({ row }) => laneNumber(row.entry.lane)),
      listOf(rows, ({ row }) => row.keyed),
      listOf(rows, ({ row }) => row.fingerprint),
      listOf(rows, ({ row }) => quoted(storable(row.entry.token.id))),
      listOf(rows, ({ row }) => quoted(row.entry.token.keys?.p256dh)),
      listOf(rows, ({ row }) => quoted(row.entry.token.keys?.auth)),
      listOf(rows, ({ row }) => quoted(warningsText(row.entry.warnings))),
      now,
      numbers,
      numbers.map((number) => delta.of(String(number), 'state:queued:live')),
      most === undefined ? null : Math.min(most, Number.MAX_SAFE_INTEGER),
      ...countColumns(delta),
      share,
      minuteOf(now),
    ],
  }
}
