import { findColumns, listColumns, namedColumns } from './columns.ts'
import { tableRows } from './csv-table.ts'
import { type Dialect, readDialect } from './dialect.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields, readWebToken, recordOfFields, type TypeRules } from './fields.ts'
import { unguard } from './formula-guard.ts'
import { type Join, joinedObjectId } from './join.ts'
import type { Row } from './row.ts'
import { planVendorTable, recogniseTable } from './vendor-csv.ts'
import type { Preset } from './vendors/preset.ts'

/** Reads the rows of a CSV file whose columns are known. */
export interface CsvPlan {
  dialect: Dialect
  /** The vendor whose export was recognised by its columns. */
  vendor: Preset | undefined
  /** The column of each field, by its name in the file. */
  columns: Readonly<Partial<Record<Field, string>>>
  rows: (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<readonly Row[]>
}

/**
 * The column that `--on` names: by its name or position, or by the end of a dotted path that only one column has.
 *
 * @throws ImportError (`usage`) when there is none, or several.
 */
const findLeft = (header: readonly string[], name: string): number => {
  const found = namedColumns(header, name)
  const paths = header.flatMap((column, at) => (column.endsWith(`.${name}`) ? [at] : []))
  const [first, second] = found.length > 0 ? found : paths
  if (first === undefined)
    throw new ImportError('usage', `--on: there is no column ${name} in the import; it has ${listColumns(header)}`)
  if (second !== undefined)
    throw new ImportError(
      'usage',
      `--on: several columns of the import have the name ${name}; choose one by its position, such as --on '#${second + 1}=COLUMN'`,
    )
  return first
}

/**
 * Plans the reading of a CSV file from its beginning.
 *
 * @param defaultType the type of rows without one.
 * @throws ImportError (`usage`) when a column is missing or ambiguous.
 */
export const planCsv = (
  head: string,
  map: FieldMap,
  defaultType: string | undefined,
  { join, ...rules }: TypeRules & { join?: Join | undefined } = {},
): CsvPlan => {
  const dialect = readDialect(head, map)
  const { header } = dialect
  const vendor = map.has('id') || map.has('endpoint') ? undefined : recogniseTable(head, dialect)
  if (vendor) {
    const { columns, ours, make } = planVendorTable(vendor, head, dialect, { ...rules, map, defaultType, join })
    return { dialect, vendor, columns, rows: (bytes) => tableRows(bytes, dialect, ours, make) }
  }
  const leftColumn = join === undefined ? undefined : findLeft(header, join.left)
  const at = findColumns(header, map, defaultType, join !== undefined)
  const ours = mappedFields.flatMap((field) => at[field] ?? [])
  const names = mappedFields.flatMap((field) => {
    const column = at[field]
    return column === undefined ? [] : [[field, header[column] ?? ''] as const]
  })

  const reader = (field: Field): ((cells: readonly string[]) => string) => {
    const column = at[field]
    return column === undefined ? () => '' : (cells) => unguard(cells[column]?.trim() ?? '')
  }
  const [objectId, type, id, p256dh, auth, endpoint] = [
    reader('objectId'),
    reader('type'),
    reader('id'),
    reader('p256dh'),
    reader('auth'),
    reader('endpoint'),
  ]
  /** The objectId of a row, from the row or from the join file; else why there is none. */
  const joined = (cells: readonly string[], writtenType: string): string | NonNullable<Row['aside']> => {
    if (join === undefined || leftColumn === undefined) return objectId(cells)
    return joinedObjectId(join, unguard(cells[leftColumn]?.trim() ?? ''), writtenType, rules, defaultType)
  }
  const rowOf = (line: number, cells: readonly string[]): Row => {
    const web = endpoint(cells)
    const token = web === '' ? undefined : readWebToken(web, rules)
    if (token !== undefined && !('id' in token)) return { line, value: undefined, source: cells, ...token }
    const writtenType = type(cells)
    const own = joined(cells, token?.type ?? writtenType)
    if (typeof own !== 'string') return { line, value: undefined, aside: own, source: cells }
    const values = {
      objectId: own,
      type: writtenType,
      id: id(cells),
      p256dh: p256dh(cells),
      auth: auth(cells),
      endpoint: web,
    }
    return { line, value: recordOfFields(values, defaultType, rules), source: cells }
  }
  const make = (line: number, cells: readonly string[], rows: Row[]): void => {
    rows.push(rowOf(line, cells))
  }

  return {
    dialect,
    vendor: undefined,
    columns: Object.fromEntries(names),
    rows: (bytes) => tableRows(bytes, dialect, ours, make),
  }
}
