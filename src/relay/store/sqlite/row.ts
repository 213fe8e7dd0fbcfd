import { columnsOf, type RowColumns } from '../rules/columns.ts'
import type { Row } from '../rules/row.ts'
import type { Key } from '../rules/rows.ts'
import type { SqlValue } from './driver.ts'

/** A whole row of the table `token`, with its primary key. */
export type TokenRow = RowColumns & Readonly<{ account: number; object_id: string }>
/** The columns of a row that a lease reads. */
export type DueRow = RowColumns & Readonly<{ id: number; object_id: string; ready_at: number }>

/** The columns that `saveToken` writes, in the order of `valuesOf`. */
export const writtenColumns = [
  ...([
    'account',
    'object_id',
    'type',
    'state',
    'priority',
    'seq',
    'generation',
    'keyed',
    'proved',
    'confirmed_on',
  ] as const),
  ...(['holder', 'attempts', 'deferrals', 'failures', 'received_at', 'ready_at', 'due_at', 'settled_at'] as const),
  ...(['fingerprint', 'token', 'p256dh', 'auth', 'error_code', 'error_message', 'warnings'] as const),
]

export const valuesOf = (key: Key, row: Row): SqlValue[] => {
  const columns = { ...columnsOf(key, row), fingerprint: Buffer.from(row.fingerprint, 'hex') }
  return writtenColumns.map((name) => {
    const value = columns[name]
    return typeof value === 'boolean' ? Number(value) : value
  })
}
