import { columnsOf as sharedColumnsOf } from '../rules/columns.ts'
import { isOpen, type Row } from '../rules/row.ts'
import type { Key } from '../rules/rows.ts'
import type { RowValues } from './arrays.ts'

/** PostgreSQL's strings contain no NUL and no lone surrogates. A string from outside must not break its statement. */
export const storable = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD')

/** An objectId for a look-up. One that cannot be stored becomes one that no row has. */
export const findable = (objectId: string): string => (storable(objectId) === objectId ? objectId : '')

/**
 * A row as the statements take it, by the names of the columns. Its generation is the number of its lease, which is never used again. A
 * row without a lease needs none.
 */
export const columnsOf = (key: Key, row: Row): Omit<RowValues, 'version'> => {
  const { generation, holder, ...columns } = sharedColumnsOf(key, row)
  return {
    ...columns,
    lease: holder === null ? null : generation,
    seq: isOpen(row) || row.state === 'rejected' ? row.seq : null,
    ready_at: Math.ceil(row.readyAt),
    due_at: Math.ceil(row.dueAt),
    fingerprint: `\\x${row.fingerprint}`,
    token: columns.token === null ? null : storable(columns.token),
    error_message: columns.error_message === null ? null : storable(columns.error_message),
  }
}
