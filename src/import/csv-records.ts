import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { parseOptions } from './dialect.ts'
import { textBlocks } from './text-blocks.ts'

/** One record of a CSV file. `broken`: a quote in its line is never closed, or is in the middle of a value. */
export interface CsvRecord {
  line: number
  cells: readonly string[]
  broken: boolean
  /** The source line, if it has a quote. */
  text?: string
}

export interface CsvRules {
  delimiter: string
  /** See `Dialect`. */
  ltrim?: boolean
  /** Whether a record of several lines is plausible. If not, its first line counts as broken. */
  isPlausible: (cells: readonly string[], text: string) => boolean
}

/** Above this number of lines, or of characters, a record counts as an unclosed quote. */
const mostLines = 100
const mostCharacters = 64 * 1024

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.replace(/\r+$/, '') : line)

/** Whether all quotes enclose values or are doubled in them. csv-parse with `relax_quotes` reads a stray quote as a character. */
export const isStrict = (text: string, delimiter: string, ltrim = false): boolean => {
  try {
    parse(text, { ...parseOptions, relax_quotes: false, delimiter, ltrim })
    return true
  } catch {
    return false
  }
}

/** Reads lines without quotes, with the same result as csv-parse in a fraction of the time. */
const plain = (block: string, firstLine: number, delimiter: string): { records: CsvRecord[]; lines: number } => {
  const records: CsvRecord[] = []
  let lines = 0
  for (let at = 0; at < block.length; lines++) {
    const found = block.indexOf('\n', at)
    const end = found === -1 ? block.length : found
    const text = withoutReturn(block.slice(at, end))
    if (text !== '') records.push({ line: firstLine + lines, cells: text.split(delimiter), broken: false })
    at = end + 1
  }
  return { records, lines }
}

const linesOf = (block: string): string[] => {
  const lines = block.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/**
 * Reads CSV: the records of each block of the file, without blank lines. csv-parse reads blocks with quotes. A block without
 * quotes is split at its delimiters, with the same result in a fraction of the time (bench/import).
 *
 * An unclosed quote would swallow the rest of the file. Here it costs one record: its line is returned as `broken`, and reading
 * continues with the next line. Holds one block and at most one record in memory.
 *
 * @throws ImportError (`failed`) for a line that is longer than `textBlocks` allows.
 */
export const csvRecords = async function* (
  bytes: AsyncIterable<Uint8Array>,
  { delimiter, ltrim = false, isPlausible }: CsvRules,
): AsyncGenerator<readonly CsvRecord[]> {
  const read = (text: string): string[][] | 'open' => {
    try {
      // Without `columns` csv-parse returns rows of strings.
      return parse(text, { ...parseOptions, delimiter, ltrim }) as string[][]
    } catch (error) {
      if (error instanceof CsvError) return 'open'
      throw error
    }
  }
  const broken = (text: string, line: number): CsvRecord => ({
    line,
    cells: withoutReturn(text).split(delimiter),
    broken: true,
  })

  /** Reads line by line. A record that may continue in the next block stays in `lines`, unless this is the last block. */
  const careful = (lines: string[], firstLine: number, isLast: boolean): CsvRecord[] => {
    const records: CsvRecord[] = []
    const first = firstLine + lines.length
    while (lines.length > 0) {
      const line = first - lines.length
      const [head = ''] = lines
      let text = head
      let used = 1
      let found = text.includes('"') ? read(withoutReturn(text)) : [withoutReturn(text).split(delimiter)]
      while (found === 'open' && used < lines.length && used < mostLines && text.length < mostCharacters) {
        text += `\n${lines[used++]}`
        // csv-parse would read a carriage return after the last quote as part of the value.
        found = read(withoutReturn(text))
      }
      if (found === 'open' && used === lines.length && used < mostLines && text.length < mostCharacters && !isLast)
        break
      const [cells] = found === 'open' ? [] : found
      if (cells === undefined || (used > 1 && !isPlausible(cells, withoutReturn(text)))) {
        records.push(broken(head, line))
        used = 1
      } else if (used > 1 || withoutReturn(head) !== '')
        records.push({ line, cells, broken: false, text: withoutReturn(text) })
      lines.splice(0, used)
    }
    return records
  }

  let line = 1
  const pending: string[] = []
  const next = (block: string): CsvRecord[] => {
    const from = line
    if (pending.length === 0 && !block.includes('"')) {
      const { records, lines } = plain(block, from, delimiter)
      line += lines
      return records
    }
    const lines = linesOf(block)
    line += lines.length
    // With as many records as lines, each record is one line. Nearly every block with quotes is like that.
    const found = pending.length === 0 ? read(block) : 'open'
    if (found !== 'open' && found.length === lines.length)
      return found.flatMap((cells, at) =>
        withoutReturn(lines[at] ?? '') === ''
          ? []
          : [{ line: from + at, cells, broken: false, text: withoutReturn(lines[at] ?? '') }],
      )
    pending.push(...lines)
    return careful(pending, line - pending.length, false)
  }
  for await (const block of textBlocks(bytes)) yield next(block)
  yield careful(pending, line - pending.length, true)
}
