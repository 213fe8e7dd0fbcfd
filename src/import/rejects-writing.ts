import { guardCell } from './formula-guard.ts'
import type { Rejection, Row, Shape } from './row.ts'

/** A row to be written back. Its line is not known where it comes out of the store. */
export interface RefusedRow {
  line: number | undefined
  source: Row['source']
}

/** What is added to every row, beside what it had. An import does not look at them. */
const added = ['line', 'code', 'reason']

const quoted = (text: string, delimiter: string): string =>
  text.includes('"') || text.includes('\n') || text.includes('\r') || text.includes(delimiter)
    ? `"${text.replaceAll('"', '""')}"`
    : text

const csvLine = (cells: readonly string[], delimiter: string): string =>
  `${cells.map((cell) => quoted(guardCell(cell), delimiter)).join(delimiter)}\n`

/** Columns of the input's header that are its own; those that an earlier import added stand at its end. */
const ownColumns = (header: readonly string[]): readonly string[] =>
  header.slice(-added.length).join() === added.join() ? header.slice(0, -added.length) : header

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How rows of a shape are written: what stands before the first row, between two, and after the last. */
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
      // Values too many stay too many, so that the row is refused again until somebody has looked at it.
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
    const text = typeof source === 'string' ? source : ''
    const value = parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    // What is no object cannot be given members, so it becomes one.
    const own = isObject ? value : value === undefined ? { text } : { value }
    return JSON.stringify({ ...own, ...(line === undefined ? {} : { line }), code, reason })
  },
})

/** How refused rows of a shape are written, so that they can be mended and imported again. Pure. */
export const writingOf = (shape: Shape): Writing =>
  shape.kind === 'csv' ? csvWriting(shape.header, shape.delimiter) : jsonWriting(shape.kind === 'json')
