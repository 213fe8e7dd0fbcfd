import { guardCell } from './formula-guard.ts'
import type { Rejection, Row, Shape } from './row.ts'

/** A row to write back. Its line is unknown when the row comes from the store. */
export interface RefusedRow {
  line: number | undefined
  source: Row['source']
}

/** Columns that are added to every row. An import ignores them. */
const added = ['line', 'code', 'reason']

const quoted = (cell: string, delimiter: string): string =>
  cell.includes('"') || cell.includes('\n') || cell.includes('\r') || cell.includes(delimiter)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell

const csvLine = (cells: readonly string[], delimiter: string): string =>
  `${cells.map((cell) => quoted(guardCell(cell), delimiter)).join(delimiter)}\n`

/** The input's header without the columns that an earlier import added at the end. */
const ownColumns = (header: readonly string[]): readonly string[] =>
  header.slice(-added.length).join() === added.join() ? header.slice(0, -added.length) : header

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How rows of a shape are written: the strings before the first row, between two, and after the last. */
export interface Writing {
  start: string
  between: string
  end: string
  row(row: RefusedRow, rejection: Rejection): string
}

const csvWriting = (header: readonly string[], delimiter: string): Writing => {
  const own = ownColumns(header)
  return {
    start: csvLine([...own, ...added], delimiter),
    between: '',
    end: '',
    row: ({ line, source }, { code, reason }) => {
      const cells = typeof source === 'string' ? [source] : source
      const filled = own.map((_, at) => cells[at] ?? '')
      // Keeps surplus values, so that the row is rejected again until someone has corrected it.
      const more = cells.slice(header.length)
      return csvLine([...filled, line === undefined ? '' : String(line), String(code), reason, ...more], delimiter)
    },
  }
}

const jsonWriting = (isList: boolean): Writing => ({
  start: isList ? '{"d":[\n' : '',
  between: isList ? ',\n' : '\n',
  end: isList ? '\n]}\n' : '\n',
  row: ({ line, source }, { code, reason }) => {
    const written = typeof source === 'string' ? source : ''
    const value = parse(written)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    // Only an object can have the added members.
    const own = isObject ? value : value === undefined ? { text: written } : { value }
    return JSON.stringify({ ...own, ...(line === undefined ? {} : { line }), code, reason })
  },
})

/** How refused rows of a shape are written, so that they can be corrected and imported again. Pure. */
export const writingOf = (shape: Shape): Writing =>
  shape.kind === 'csv' ? csvWriting(shape.header, shape.delimiter) : jsonWriting(shape.kind === 'json')
