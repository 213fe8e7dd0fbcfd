/** One row of an input, whatever its format. */
export interface Row {
  /** The line of the input at which it begins, counted from 1. */
  line: number
  /** The value for `decodeRecord` to judge. */
  value: unknown
  /** Why it could not be read at all; `value` then means nothing. */
  problem?: string
  /** Why it is neither put nor judged. `ambiguous`: several objectIds fit its key. */
  aside?: { kind: 'skipped' | 'unmatched' | 'ambiguous'; reason: string }
  /** When its token was last used, as a vendor writes it. */
  usedAt?: unknown
  /** Its source: the cells of a CSV row, else its JSON. For writing it back. */
  source: readonly string[] | string
}

/** How rows are written back in their input's own format. */
export type Shape =
  | { kind: 'csv'; header: readonly string[]; delimiter: string }
  | { kind: 'ndjson' }
  | { kind: 'json' }

/** In place of a code for a row that could not be read at all; CleverTap has none for that. */
export const malformed = 'malformed'
/** CleverTap's number, or `malformed`. */
export type RejectionCode = number | typeof malformed

/** Why a row was not taken, or not accepted by CleverTap. The reason holds no value of the row. */
export interface Rejection {
  code: RejectionCode
  reason: string
}
