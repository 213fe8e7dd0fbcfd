import { findColumn, findColumns } from './columns.ts'
import { type CsvRecord, csvRecords, isStrict } from './csv-records.ts'
import { type Dialect, readDialect } from './dialect.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields, readWebToken, recordOfFields, type TypeRules } from './fields.ts'
import { unguard } from './formula-guard.ts'
import { type Join, joinedObjectId } from './join.ts'
import type { Row } from './row.ts'
import { oneSignal } from './vendors/onesignal.ts'

/** Reads the rows of a CSV file whose columns are known. */
export interface CsvPlan {
  dialect: Dialect
  /** Whose export it was taken for, by its columns. */
  vendor: string | undefined
  /** Which column each field is taken from, by its name in the file. */
  columns: Readonly<Partial<Record<Field, string>>>
  rows: (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<readonly Row[]>
}

const presets = [oneSignal]

const quote = '"'
const replacement = '\uFFFD'

/** The column of a name, or the only one whose dotted path ends in it; -1 where there is none. */
const findLast = (header: readonly string[], name: string): number => {
  const [first, second] = header.filter((column) => column.endsWith(`.${name}`))
  return header.includes(name) || first === undefined || second !== undefined
    ? header.indexOf(name)
    : header.indexOf(first)
}

/**
 * Plans the reading of a CSV file from its beginning.
 *
 * @param defaultType the type of rows that have none.
 * @throws ImportError (`usage`) when a column is missing or not plain.
 */
export const planCsv = (
  head: string,
  map: FieldMap,
  defaultType: string | undefined,
  { join, ...given }: TypeRules & { join?: Join | undefined } = {},
): CsvPlan => {
  const dialect = readDialect(head, map)
  const preset = map.has('id') || map.has('endpoint') ? undefined : presets.find(({ isOne }) => isOne(dialect.header))
  const { header, delimiter, lineBreak, skip } = dialect
  const columnOf = (name: string): number => header.indexOf(name)
  if (preset && join === undefined && findColumn(header, 'objectId', map) === undefined)
    throw new ImportError(
      'usage',
      `this is ${preset.name}, which has no CleverTap IDs: take them from a second file with --join FILE --on COLUMN`,
    )
  const leftColumn = join === undefined ? undefined : findLast(header, join.left)
  if (leftColumn === -1) throw new ImportError('usage', `--on: there is no column ${join?.left} in the import`)
  const rules: TypeRules = { ...given, typeMap: new Map([...(preset?.typeMap ?? []), ...(given.typeMap ?? [])]) }
  const presetMap = new Map([...(preset?.map ?? [])].filter(([, name]) => columnOf(name) !== -1))
  const at = findColumns(header, new Map([...presetMap, ...map]), defaultType, join !== undefined)
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
  /** Some vendors have endpoints in the column of their tokens. */
  const endpointOf = (cells: readonly string[]): string =>
    preset && id(cells).startsWith('https://') ? id(cells) : endpoint(cells)
  const asideOf = (cells: readonly string[]): Row['aside'] => {
    const reason = preset?.skip((name) => cells[columnOf(name)]?.trim() ?? '')
    return reason === undefined ? undefined : { kind: 'skipped', reason }
  }
  /** The objectId of a row: its own, or that of its key in the join file; else why there is none. */
  const joined = (cells: readonly string[]): string | NonNullable<Row['aside']> => {
    if (join === undefined || leftColumn === undefined) return objectId(cells)
    const key = unguard(cells[leftColumn]?.trim() ?? '')
    const web = endpointOf(cells)
    const read = web === '' ? undefined : readWebToken(web, rules)
    return joinedObjectId(join, key, typeof read === 'object' ? read.type : type(cells), rules, defaultType)
  }
  /** Exports end rows with more delimiters, or with fewer, than their header has; a value too many is another thing. */
  const isTooLong = (cells: readonly string[]): boolean =>
    cells.length > header.length && cells.slice(header.length).some((cell) => cell.trim() !== '')
  const isPlausible = (cells: readonly string[], text: string): boolean =>
    !isTooLong(cells) &&
    ours.every((column) => !cells[column]?.trim().includes('\n')) &&
    (ours.every((column) => !cells[column]?.includes(quote)) || isStrict(text, delimiter))

  const problemOf = ({ cells, broken, text }: CsvRecord): string | undefined => {
    if (broken) return 'a quote is opened in this line and not closed, or not where a value ends'
    if (cells.length > header.length && isTooLong(cells))
      return `there are ${cells.length} values in the row, but ${header.length} columns`
    for (const column of ours) {
      const cell = cells[column]
      if (cell?.includes(quote) && (text === undefined || !isStrict(text, delimiter)))
        return 'a quote stands in the middle of a value'
      if (cell?.includes(replacement)) return 'a value is not UTF-8'
    }
    const web = endpointOf(cells)
    const read = web === '' ? undefined : readWebToken(web, rules)
    return typeof read === 'string' ? read : undefined
  }

  return {
    dialect,
    vendor: preset?.name,
    columns: Object.fromEntries(names),
    rows: async function* (bytes) {
      let skipped = 0
      for await (const records of csvRecords(bytes, { delimiter, lineBreak, isPlausible })) {
        const rows: Row[] = []
        for (const record of records) {
          const { line, cells } = record
          if (skipped < skip) {
            skipped++
            continue
          }
          // Spreadsheets write rows of delimiters alone below their table.
          if (cells.every((cell) => cell.trim() === '')) continue
          const problem = problemOf(record)
          const own = asideOf(cells) ?? (problem === undefined ? joined(cells) : '')
          if (typeof own !== 'string') {
            rows.push({ line, value: undefined, aside: own, source: cells })
            continue
          }
          rows.push(
            problem === undefined
              ? {
                  line,
                  value: recordOfFields(
                    {
                      objectId: own,
                      type: type(cells),
                      id: id(cells),
                      p256dh: p256dh(cells),
                      auth: auth(cells),
                      endpoint: endpointOf(cells),
                    },
                    defaultType,
                    rules,
                  ),
                  source: cells,
                }
              : { line, value: undefined, problem, source: cells },
          )
        }
        yield rows
      }
    },
  }
}
