import { byteLines } from './byte-lines.ts'
import { csvRecords } from './csv-records.ts'
import { readDialect } from './dialect.ts'
import { ImportError } from './error.ts'
import { type Format, formatOf } from './format.ts'
import { unguard } from './formula-guard.ts'
import type { Input } from './input.ts'
import { jsonValues } from './json-values.ts'
import { isMembers, type Members } from './members.ts'

/** A record of a file that says something about profiles; without `members` it cannot be read. */
export interface FileRecord {
  line: number
  members: Members | undefined
}

/** A file of records, and how they are written. */
export interface RecordFile {
  format: Exclude<Format, 'empty'>
  /** The columns of a CSV. */
  header: readonly string[] | undefined
  read(): AsyncIterable<readonly FileRecord[]>
}

const parse = (bytes: Buffer): Members | undefined => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return isMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

const csvFile = (input: Input, column: string): RecordFile => {
  const { header, delimiter, lineBreak, skip } = readDialect(input.head.text, new Map([['id', column] as const]))
  const isPlausible = (cells: readonly string[]): boolean => cells.length === header.length
  return {
    format: 'csv',
    header,
    read: async function* () {
      let skipped = 0
      for await (const records of csvRecords(input.read(), { delimiter, lineBreak, isPlausible })) {
        const found: FileRecord[] = []
        for (const { line, cells, broken } of records) {
          if (skipped++ < skip) continue
          const members: Record<string, string> = {}
          for (let at = 0; at < header.length; at++) members[header[at] ?? ''] = unguard(cells[at]?.trim() ?? '')
          found.push({ line, members: broken ? undefined : members })
        }
        yield found
      }
    },
  }
}

/**
 * Opens a file of records: CSV, whose columns become members, NDJSON or JSON. It is read in bounded memory.
 *
 * @param column one that a CSV has; tells how it is written.
 * @throws ImportError (`usage`) when it is empty, or its first line cannot be read.
 */
export const openRecordFile = (input: Input, column: string): RecordFile => {
  const format = formatOf(input.head.text, input.name)
  if (format === 'empty') throw new ImportError('usage', 'it is empty')
  if (format === 'csv') return csvFile(input, column)
  return {
    format,
    header: undefined,
    read: async function* () {
      const bytes = input.read()
      for await (const pieces of format === 'ndjson' ? byteLines(bytes) : jsonValues(bytes))
        yield pieces.map((piece) => ({
          line: piece.line,
          members: piece.cut === undefined ? parse(piece.bytes) : undefined,
        }))
    },
  }
}
