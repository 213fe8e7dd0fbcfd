import { planCsv } from './csv-rows.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import type { Field, TypeRules } from './fields.ts'
import { type Format, formatOf } from './format.ts'
import type { Input } from './input.ts'
import type { Join } from './join.ts'
import { jsonRows } from './json-rows.ts'
import type { Row, Shape } from './row.ts'

/** An input, and how its rows will be read. */
export interface Plan {
  input: Input
  format: Format
  /** Of CSV: which column each field is taken from, and what separates them. */
  columns: Readonly<Partial<Record<Field, string>>> | undefined
  delimiter: string | undefined
  /** Whose export it was taken for, by its columns. */
  vendor: string | undefined
  shape: Shape
  rows(onBytes?: (bytes: number) => void): AsyncIterable<readonly Row[]>
}

export interface PlanOptions extends TypeRules {
  map: FieldMap
  /** Where objectIds are taken from that the input does not have. */
  join?: Join | undefined
  /** The type of rows that have none. */
  defaultType: string | undefined
}

/**
 * Finds out how an input is to be read.
 *
 * @throws ImportError (`usage`) with the input's name, when it cannot be.
 */
export const planInput = (input: Input, { map, defaultType, join, ...rules }: PlanOptions): Plan => {
  const { name, head } = input
  const format = formatOf(head.text, name)
  if (format === 'csv') {
    try {
      const { dialect, columns, vendor, rows } = planCsv(head.text, map, defaultType, { ...rules, join })
      const { header, delimiter } = dialect
      const shape: Shape = { kind: 'csv', header, delimiter }
      return { input, format, columns, delimiter, vendor, shape, rows: (onBytes) => rows(input.read(onBytes)) }
    } catch (error) {
      throw error instanceof ImportError ? new ImportError(error.kind, `${name}: ${error.message}`) : error
    }
  }
  const form = format === 'json' ? 'document' : 'lines'
  return {
    input,
    format,
    columns: undefined,
    delimiter: undefined,
    vendor: undefined,
    shape: { kind: format === 'json' ? 'json' : 'ndjson' },
    rows: (onBytes) => jsonRows(input.read(onBytes), form, { ...rules, map, defaultType, join }),
  }
}
