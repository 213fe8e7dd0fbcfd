/** One row of an input, whatever its format. */
export interface Row {
  /** Its first line in the input, counted from 1. */
  line: number
  /** The value for `decodeRecord` to judge. */
  value: unknown
  /** Why the row cannot be read; `value` is then meaningless. */
  problem?: string
  /** The code of the problem; default `malformed`. */
  code?: RejectionCode
  /** Why the row is neither judged nor put. `ambiguous`: its key has several objectIds, of which none or several fit. */
  aside?: { kind: 'skipped' | 'unmatched' | 'ambiguous'; reason: string }
  /** When its token was last used, as a vendor writes it. */
  usedAt?: unknown
  /** The source for writing the row back: the cells of a CSV row, else the JSON. */
  source: readonly string[] | string
}

/** How rows are written back in their input's own format. */
export type Shape =
  | { kind: 'csv'; header: readonly string[]; delimiter: string }
  | { kind: 'ndjson' }
  | { kind: 'json' }

/** The code for an unreadable row; CleverTap has none for that. */
export const malformed = 'malformed'
/** CleverTap's number, or `malformed`. */
export type RejectionCode = number | typeof malformed

/** Why the import or CleverTap rejected a row. The reason contains no value of the row. */
export interface Rejection {
  code: RejectionCode
  reason: string
}
