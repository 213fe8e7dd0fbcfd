import { checkMembers } from './check-members.ts'
import { planCsv } from './csv-rows.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import type { Field, TypeRules } from './fields.ts'
import { type Format, formatOf } from './format.ts'
import type { Input } from './input.ts'
import type { Join } from './join.ts'
import { jsonRows } from './json-rows.ts'
import type { Row, Shape } from './row.ts'
import { firstRecords, planVendorRecords, recogniseRecords } from './vendor-json.ts'
import type { Preset } from './vendors/preset.ts'

/** An input and the way to read its rows. */
export interface Plan {
  input: Input
  format: Format
  /** For CSV: the column of each field, and the delimiter. */
  columns: Readonly<Partial<Record<Field, string>>> | undefined
  delimiter: string | undefined
  /** The vendor whose export was recognised by its columns or members. */
  vendor: Preset | undefined
  shape: Shape
  rows(onBytes?: (bytes: number) => void): AsyncIterable<readonly Row[]>
}

export interface PlanOptions extends TypeRules {
  map: FieldMap
  /** The source of objectIds that the input does not have. */
  join?: Join | undefined
  /** The type of rows without one. */
  defaultType: string | undefined
}

/**
 * Plans how to read an input.
 *
 * @throws ImportError (`usage`) with the input's name, when it cannot be read.
 */
export const planInput = async (input: Input, options: PlanOptions): Promise<Plan> => {
  try {
    return await plan(input, options)
  } catch (error) {
    throw error instanceof ImportError ? new ImportError(error.kind, `${input.name}: ${error.message}`) : error
  }
}

const plan = async (input: Input, { map, defaultType, join, ...rules }: PlanOptions): Promise<Plan> => {
  const { name, head } = input
  const format = formatOf(head.text, name)
  if (format === 'csv') {
    const { dialect, columns, vendor, rows } = planCsv(head.text, map, defaultType, { ...rules, join })
    const { header, delimiter } = dialect
    const shape: Shape = { kind: 'csv', header, delimiter }
    return { input, format, columns, delimiter, vendor, shape, rows: (onBytes) => rows(input.read(onBytes)) }
  }
  const shape: Shape = { kind: format === 'json' ? 'json' : 'ndjson' }
  const common = { input, format, columns: undefined, delimiter: undefined, shape }
  const records = await firstRecords(head, format)
  const vendor = map.has('id') || map.has('endpoint') ? undefined : recogniseRecords(records)
  if (vendor) {
    const rows = planVendorRecords(vendor, records, format, { ...rules, map, defaultType, join })
    return { ...common, vendor, rows: (onBytes) => rows(input.read(onBytes)) }
  }
  const members = checkMembers(records, map, join !== undefined)
  const form = format === 'json' ? 'document' : 'lines'
  return {
    ...common,
    vendor: undefined,
    rows: (onBytes) => jsonRows(input.read(onBytes), form, { ...rules, map: members, defaultType, join }),
  }
}
