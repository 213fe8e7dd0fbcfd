import { type Column, columnsOf, columnTypes } from '../rules/columns.ts'
import type { Row } from '../rules/row.ts'
import type { Key } from '../rules/rows.ts'
import type { SqlValue } from './driver.ts'

/** The columns that `saveToken` writes, in the order of `valuesOf`. */
export const writtenColumns = Object.keys(columnTypes) as Column[]

export const valuesOf = (key: Key, row: Row): SqlValue[] => {
  const columns = { ...columnsOf(key, row), fingerprint: Buffer.from(row.fingerprint, 'hex') }
  return writtenColumns.map((name) => {
    const value = columns[name]
    return typeof value === 'boolean' ? Number(value) : value
  })
}
