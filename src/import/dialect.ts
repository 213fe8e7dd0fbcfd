import { parse } from 'csv-parse/sync'
import { countFields } from './columns.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { unguard } from './formula-guard.ts'

/** The syntax of a file of separated values. */
export interface Dialect {
  delimiter: string
  /**
   * Whether spaces may be between a delimiter and a quote, as in `"a", "b"`. Without csv-parse's option `ltrim`, which takes a quarter
   * more time, such a quote is part of the value.
   */
  ltrim: boolean
  header: readonly string[]
  /** Number of rows before the data: the header, and Excel's `sep=` line before it. */
  skip: number
}

/** Usual delimiters, the most likely first. */
const usual = [',', ';', '\t', '|']
/** Delimiters that count only if the header then has our fields, because ordinary values contain these characters. */
const unusual = ['^', '~', '\u0001', ':', ' ']

/** The options of every call of csv-parse. */
export const parseOptions = {
  relax_quotes: true,
  relax_column_count: true,
  // Python on Windows writes \r\r\n unless the script sets newline=''.
  record_delimiter: ['\r\r\n', '\r\n', '\n'],
} satisfies object

const firstRecord = (text: string, delimiter: string): string[] => {
  try {
    // Without `columns` csv-parse returns rows of strings.
    const options = { ...parseOptions, delimiter, ltrim: true, to: 1, skip_empty_lines: true }
    const [record = []] = parse(text, options) as string[][]
    return record
  } catch {
    return []
  }
}

/** Whether all names are in single quotes or backticks. These are not CSV quotes, and would become part of every token. */
const hasForeignQuotes = (header: readonly string[]): boolean =>
  header.some((name) => name !== '') && header.every((name) => name === '' || /^(['`]).*\1$/s.test(name))

/** Ranks a delimiter: first by the number of our fields, then by the number of columns, then usual before unusual ones. */
const score = (header: readonly string[], delimiter: string, map: FieldMap): number =>
  countFields(header, map) * 1000 + Math.min(header.length, 400) * (usual.includes(delimiter) ? 1 : 0.001)

/**
 * Recognises the syntax of a file from its beginning.
 *
 * @throws ImportError (`usage`) when no delimiter makes the first line readable.
 */
export const readDialect = (head: string, map: FieldMap): Dialect => {
  const [whole = '', told] = /^\s*sep=(.)\r?\n/i.exec(head) ?? []
  const rest = head.slice(whole.length)
  const readings = (told === undefined ? [...usual, ...unusual] : [told]).map((delimiter) => {
    const header = firstRecord(rest, delimiter)
    return { delimiter, header, score: score(header, delimiter, map) }
  })
  const [best] = readings.sort((a, b) => b.score - a.score)
  if (!best || best.header.length === 0)
    throw new ImportError('usage', 'the first line, which must name the columns, cannot be read')
  if (hasForeignQuotes(best.header))
    throw new ImportError(
      'usage',
      'its values are in single quotes or backticks: export it with double quotes, or without quotes',
    )
  const ltrim = new RegExp(`(?:^|${best.delimiter === '^' ? '\\^' : `[${best.delimiter}]`}) +"`, 'm').test(rest)
  return {
    delimiter: best.delimiter,
    ltrim,
    header: best.header.map((name) => unguard(name.trim())),
    skip: whole === '' ? 1 : 2,
  }
}
