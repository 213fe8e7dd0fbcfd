import { byteLines } from './byte-lines.ts'
import { csvRecords, isStrict } from './csv-records.ts'
import { readDialect } from './dialect.ts'
import { ImportError } from './error.ts'
import { type Format, formatOf } from './format.ts'
import { unguard } from './formula-guard.ts'
import type { Input } from './input.ts'
import { jsonValues } from './json-values.ts'
import { isMembers, type Members } from './members.ts'
import { isExported } from './profile-ids.ts'

/** The progress of reading a file of records. */
export interface RecordsRead {
  name: string
  format: Exclude<Format, 'empty'>
  isProfileExport: boolean
  records: number
  /** Number of unreadable records, and the line of the first. */
  unreadable: number
  firstUnreadable: number | undefined
  /** Number of records whose key a spreadsheet has shortened to scientific notation, so that it matches nothing. */
  shortened: number
}

/** A file of records about profiles: NDJSON, JSON, or CSV, whose columns become members. */
export interface RecordFile {
  /** The columns of a CSV. */
  header: readonly string[] | undefined
  /** The readable records. */
  records: AsyncIterable<readonly { line: number; members: Members }[]>
  /** Grows while `records` is read. */
  read: RecordsRead
}

interface Found {
  line: number
  /** Undefined when the record cannot be read. */
  members: Members | undefined
}

const parse = (bytes: Buffer): Members | undefined => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return isMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

const jsonRecords = async function* (input: Input, format: 'ndjson' | 'json'): AsyncGenerator<readonly Found[]> {
  const bytes = input.read()
  for await (const pieces of format === 'ndjson' ? byteLines(bytes) : jsonValues(bytes))
    yield pieces.map(({ line, bytes, cut }) => ({ line, members: cut === undefined ? parse(bytes) : undefined }))
}

const tableRecords = async function* (
  input: Input,
  { header, delimiter, ltrim, skip }: ReturnType<typeof readDialect>,
): AsyncGenerator<readonly Found[]> {
  const isPlausible = (cells: readonly string[]): boolean => cells.length === header.length
  let skipped = 0
  for await (const records of csvRecords(input.read(), { delimiter, ltrim, isPlausible })) {
    const found: Found[] = []
    for (const { line, cells, broken, text } of records) {
      if (skipped++ < skip) continue
      // A quote that csv-parse did not remove would become part of an ID.
      const hasStrayQuote =
        text !== undefined &&
        cells.some((cell) => cell.trimStart().startsWith('"')) &&
        !isStrict(text, delimiter, ltrim)
      const members: Record<string, string> = {}
      for (let at = 0; at < header.length; at++) members[header[at] ?? ''] = unguard(cells[at]?.trim() ?? '')
      found.push({ line, members: broken || hasStrayQuote ? undefined : members })
    }
    yield found
  }
}

/**
 * Opens a file of records, to be read in bounded memory.
 *
 * @param column a column that a CSV must have, by which its delimiter is recognised.
 * @throws the error that `fail` returns, when the file is empty or its first line cannot be read.
 */
export const openRecordFile = (input: Input, column: string, fail: (why: string) => ImportError): RecordFile => {
  const format = formatOf(input.head.text, input.name)
  if (format === 'empty') throw fail('it is empty')
  const read: RecordsRead = {
    name: input.name,
    format,
    isProfileExport: false,
    records: 0,
    unreadable: 0,
    firstUnreadable: undefined,
    shortened: 0,
  }
  const readable = async function* (found: AsyncIterable<readonly Found[]>): RecordFile['records'] & AsyncGenerator {
    for await (const records of found)
      yield records.flatMap(({ line, members }) => {
        read.records++
        if (members !== undefined) {
          read.isProfileExport ||= isExported(members)
          return [{ line, members }]
        }
        read.unreadable++
        read.firstUnreadable ??= line
        return []
      })
  }
  if (format !== 'csv') return { header: undefined, read, records: readable(jsonRecords(input, format)) }
  try {
    const dialect = readDialect(input.head.text, new Map([['id', column] as const]))
    return { header: dialect.header, read, records: readable(tableRecords(input, dialect)) }
  } catch (error) {
    throw error instanceof ImportError ? fail(error.message) : error
  }
}
