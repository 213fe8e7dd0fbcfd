import { rowColumns } from './statements.ts'

/** The values of a row, by the names of its columns. */
export type RowValues = Readonly<Record<keyof typeof rowColumns, string | number | boolean | null>>

const quoted = (text: string): string => `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`

/**
 * Rows as statements take them: each column as PostgreSQL writes an array
 * (postgresql.org/docs/current/arrays.html#ARRAYS-IO). The driver's own way takes twice as long, and a JSON text takes the
 * server three times as long to read. A column without values is no array at all: `unnest` makes it as long as the others.
 */
export const arraysOf = (rows: readonly RowValues[]): readonly (string | null)[] =>
  (Object.keys(rowColumns) as (keyof RowValues)[]).map((name) => {
    if (rows.every((row) => row[name] === null)) return null
    const elements = rows.map((row) => {
      const value = row[name]
      return typeof value === 'string' ? quoted(value) : (value ?? 'NULL')
    })
    return `{${elements.join(',')}}`
  })
