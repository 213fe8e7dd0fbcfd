import { StoreError } from '../errors.ts'
import type { NewEntry } from '../port.ts'
import { type Column, columnsOf as sharedColumnsOf } from '../rules/columns.ts'
import type { Key } from '../rules/operation.ts'
import { isOpen, type Row } from '../rules/row.ts'
import { rowColumns } from './statements.ts'

/** The values of a row, by the names of its columns. */
type RowValues = Readonly<Record<Exclude<Column, 'holder'>, string | number | boolean | null>>

/** Replaces NUL and lone surrogates, which PostgreSQL cannot store: a string from outside must not break its statement. */
export const storable = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD')

/** An objectId for a look-up. One that cannot be stored becomes one that no row has. */
export const findable = (objectId: string): string => (storable(objectId) === objectId ? objectId : '')

/** Longest objectId in an index, in bytes. */
const mostIdBytes = 2_000

/**
 * Refuses records that could not be applied, because an acknowledged record must not stay pending for ever.
 *
 * @throws StoreError (`unavailable`)
 */
export const checkStorable = (entries: readonly NewEntry[]): void => {
  for (const { objectId } of entries)
    if (findable(objectId) === '' || Buffer.byteLength(objectId) > mostIdBytes)
      throw new StoreError('unavailable', 'PostgreSQL cannot store this objectId')
}

/** A row as the statements take it. Its generation is the number of its lease, which is never used again; without a lease it has none. */
export const columnsOf = (key: Key, row: Row): RowValues => {
  const { generation, holder, ...columns } = sharedColumnsOf(key, row)
  return {
    ...columns,
    generation: holder === null ? null : generation,
    seq: isOpen(row) || row.state === 'rejected' ? row.seq : null,
    ready_at: Math.ceil(row.readyAt),
    due_at: Math.ceil(row.dueAt),
    fingerprint: `\\x${row.fingerprint}`,
    token: columns.token === null ? null : storable(columns.token),
    error_message: columns.error_message === null ? null : storable(columns.error_message),
  }
}

/** Rows as statements take them: an array for each column. */
export const arraysOf = (rows: readonly RowValues[]): RowValues[keyof RowValues][][] =>
  rowColumns.map((name) => rows.map((row) => row[name]))
