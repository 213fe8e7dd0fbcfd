import { findColumns } from './columns.ts'
import { type CsvRecord, csvRecords, isStrict } from './csv-records.ts'
import { type Dialect, readDialect } from './dialect.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields, readWebToken, recordOfFields, type TypeRules } from './fields.ts'
import { unguard } from './formula-guard.ts'
import type { Row } from './row.ts'

/** Reads the rows of a CSV file whose columns are known. */
export interface CsvPlan {
  dialect: Dialect
  /** Which column each field is taken from, by its name in the file. */
  columns: Readonly<Partial<Record<Field, string>>>
  rows: (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<readonly Row[]>
}

const quote = '"'
const replacement = '\uFFFD'

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
  rules: TypeRules = {},
): CsvPlan => {
  const dialect = readDialect(head, map)
  const { header, delimiter, lineBreak, skip } = dialect
  const at = findColumns(header, map, defaultType)
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
    const web = at.endpoint === undefined ? '' : endpoint(cells)
    const read = web === '' ? undefined : readWebToken(web, rules)
    return typeof read === 'string' ? read : undefined
  }

  return {
    dialect,
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
          rows.push(
            problem === undefined
              ? {
                  line,
                  value: recordOfFields(
                    {
                      objectId: objectId(cells),
                      type: type(cells),
                      id: id(cells),
                      p256dh: p256dh(cells),
                      auth: auth(cells),
                      endpoint: endpoint(cells),
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
