import { guardCell } from './formula-guard.ts'
import { nameOf, partsOf } from './json-source.ts'
import { isMembers, type Members } from './members.ts'
import { malformed, type Rejection, type Row, type Shape } from './row.ts'

/** A row to write back. Its line is unknown when the row comes from the store. */
export interface RefusedRow {
  line: number | undefined
  source: Row['source']
}

/** Columns or members that are added to every row. */
const added = ['line', 'code', 'reason']

const quoted = (cell: string, delimiter: string): string =>
  cell.includes('"') || cell.includes('\n') || cell.includes('\r') || cell.includes(delimiter)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell

const csvLine = (cells: readonly string[], delimiter: string): string =>
  `${cells.map((cell) => quoted(guardCell(cell), delimiter)).join(delimiter)}\n`

/** The input's header without the columns that an earlier import added at the end. */
export const ownColumns = (header: readonly string[]): readonly string[] =>
  header.slice(-added.length).join() === added.join() ? header.slice(0, -added.length) : header

/** The members of a record without those that an earlier import added at the beginning. */
const ownMembers = (parts: readonly string[]): readonly string[] => {
  const names = parts.slice(0, added.length).map(nameOf)
  // A record of the store has no line.
  const skipped = added.slice(names[0] === added[0] ? 0 : 1)
  return skipped.every((name, at) => names[at] === name) ? parts.slice(skipped.length) : parts
}

const isObject = (text: string): boolean => {
  try {
    return isMembers(JSON.parse(text))
  } catch {
    return false
  }
}

/** Whether JSON records come from a file of rejected rows. Any member may be missing; that may be why they were rejected. */
export const areRejected = (records: readonly Members[]): boolean =>
  records.length > 0 &&
  records.every(({ code, reason }) => (typeof code === 'number' || code === malformed) && typeof reason === 'string')

/** The member that holds a row that is not an object, such as a line that is not JSON. */
const textName = 'text'

/** A row that was not an object, from the member `text`; undefined when the value holds no such row. */
export const rowInText = (value: unknown): string | undefined => {
  if (!isMembers(value)) return undefined
  const { [textName]: text } = value
  const isOurs = Object.keys(value).length === added.length + 1 && added.every((name) => Object.hasOwn(value, name))
  return typeof text === 'string' && isOurs ? text : undefined
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
    // A row that is not UTF-8 has lost bytes, so it must not look valid.
    const hasLost = code === malformed && written.includes('\uFFFD')
    const own =
      isObject(written) && !hasLost ? ownMembers(partsOf(written)) : [`"${textName}":${JSON.stringify(written)}`]
    // The record's own members come last, because JSON.parse takes the last of two members with the same name.
    const note = JSON.stringify({ ...(line === undefined ? {} : { line }), code, reason }).slice(1, -1)
    return `{${[note, ...own].join(',')}}`
  },
})

/** How refused rows of a shape are written, so that they can be corrected and imported again. Pure. */
export const writingOf = (shape: Shape): Writing =>
  shape.kind === 'csv' ? csvWriting(shape.header, shape.delimiter) : jsonWriting(shape.kind === 'json')
