import { type CsvRecord, csvRecords, isStrict } from './csv-records.ts'
import type { Dialect } from './dialect.ts'
import { isStringFormula, unguard } from './formula-guard.ts'
import { ownColumns } from './rejects-writing.ts'
import type { Row } from './row.ts'

const quote = '"'
const replacement = '\uFFFD'
const openQuote = 'a quote in this line is not closed, or is closed before the end of a value'
const strayQuote = 'a quote is in the middle of a value'

/** Whether an unquoted cell may contain quotes: JSON and string formulas may, because some exporters do not quote them. */
const isReadable = (cell: string): boolean => {
  if (isStringFormula(cell)) return true
  if (!cell.trim().startsWith('{')) return false
  try {
    JSON.parse(cell)
    return true
  } catch {
    return false
  }
}

/**
 * Reads the rows of a table below its header. An unreadable row is returned with its problem; for every other row `make` adds
 * the result to `rows`.
 *
 * @param ours the columns that are read; faults in other columns are ignored.
 */
export const tableRows = async function* (
  bytes: AsyncIterable<Uint8Array>,
  { header, delimiter, ltrim, skip }: Dialect,
  ours: readonly number[],
  make: (line: number, cells: readonly string[], rows: Row[]) => void,
): AsyncGenerator<readonly Row[]> {
  /** Whether a row has more values than the header has columns. Additional empty cells are allowed, because exports have them. */
  const isTooLong = (cells: readonly string[]): boolean =>
    cells.length > header.length && cells.slice(header.length).some((cell) => unguard(cell.trim()) !== '')
  const isHeader = (cells: readonly string[]): boolean =>
    cells.length === header.length && cells.every((cell, at) => unguard(cell.trim()) === header[at])
  const isPlausible = (cells: readonly string[], text: string): boolean =>
    isHeader(cells) ||
    (!isTooLong(cells) &&
      ours.every((column) => !cells[column]?.trim().includes('\n')) &&
      (ours.every((column) => !cells[column]?.includes(quote)) || isStrict(text, delimiter, ltrim)))

  const own = ownColumns(header).length
  /**
   * The quote fault of a row from a file of rejected rows that nobody has corrected yet. The file quotes such a row correctly,
   * so its stray quotes would pass as characters.
   */
  const earlierProblem = (cells: readonly string[]): string | undefined => {
    const reason = own < header.length ? cells[header.length - 1] : undefined
    if (reason !== strayQuote && reason !== openQuote) return undefined
    const hasQuote = ours.some((column) => cells[column]?.includes(quote) && !isReadable(cells[column]))
    const isOpen = () => !isStrict(cells.slice(0, own).map(unguard).join(delimiter), delimiter)
    return hasQuote || (reason === openQuote && isOpen()) ? reason : undefined
  }

  const problemOf = ({ cells, broken, text }: CsvRecord): string | undefined => {
    if (broken) return openQuote
    const earlier = earlierProblem(cells)
    if (earlier !== undefined) return earlier
    if (cells.length > header.length && isTooLong(cells))
      return `there are ${cells.length} values in the row, but ${header.length} columns`
    for (const column of ours) {
      const cell = cells[column]
      if (text !== undefined && cell?.includes(quote) && !isReadable(cell) && !isStrict(text, delimiter, ltrim))
        return strayQuote
      if (cell?.includes(replacement)) return 'a value is not UTF-8'
    }
    return undefined
  }

  let skipped = 0
  for await (const records of csvRecords(bytes, { delimiter, ltrim, isPlausible })) {
    const rows: Row[] = []
    for (const record of records) {
      if (skipped < skip) {
        skipped++
        continue
      }
      const { line, cells } = record
      // Spreadsheets write rows that have only delimiters below their table, and concatenated files repeat their header.
      if (cells.every((cell) => cell.trim() === '') || isHeader(cells)) continue
      const problem = problemOf(record)
      if (problem === undefined) make(line, cells, rows)
      else rows.push({ line, value: undefined, problem, source: cells })
    }
    yield rows
  }
}
