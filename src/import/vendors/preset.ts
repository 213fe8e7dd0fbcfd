import type { TokenType } from '../../wire/record.ts'
import type { Field } from '../fields.ts'
import type { Members } from '../members.ts'

/** One token of a vendor's record, or why it cannot be used. */
export interface VendorToken {
  /** The fields. The type is the vendor's own word; an `endpoint` gives id and type. */
  values?: Partial<Record<Field, string>>
  /** Why it is skipped, for the counts: `dead`, `other channel`, `opted out`, `no token`. */
  skip?: string
  /** Why it cannot be read. */
  problem?: string
  /** When it was last used, as the vendor writes it. Of a profile's tokens the newest counts. */
  usedAt?: unknown
  /** Its position, if the record has a list of tokens. */
  from?: { list: string; index: number }
}

/**
 * How to read a vendor's export. CSV is read like JSON: a row is an object whose members are the columns. The import recognises an
 * export first, and reports renamed or missing columns before it reads any row.
 */
export interface Preset {
  /** The vendor, as in the heading of its guide in docs/import.md. */
  vendor: string
  /** For people: `a OneSignal export`. */
  name: string
  formats: readonly ('csv' | 'json')[]
  /**
   * Whether an input is such an export, by its first records. `has`: a record has this dotted path, or may have it in a column of
   * JSON. `shows`: the first records have a value there.
   */
  isOne: (has: (path: string) => boolean, shows: (path: string) => boolean) => boolean
  /** The path of each field: shown to the user, and used to write a record of the store back. */
  columns: Readonly<Partial<Record<Field, string>>>
  /** The columns of a CSV that the preset knows. A file may have them in other spelling, such as `Device Type` for `device_type`. */
  names?: readonly string[]
  /** Required paths, and how to get an export that has them. `|` separates alternatives. */
  needed: readonly string[]
  advice: string
  /** The usual path of your own user ID, by which the CleverTap ID is joined. */
  user: string
  /** Token types by the vendor's type in lower case. Other types are rejected with 535. */
  types: ReadonlyMap<string, TokenType>
  /** A record with further values as members, such as its tags, for `--on` and `--map`. */
  view?: (record: Members) => Members
  /** The tokens of a record; an empty list when it has none. Never throws. */
  read: (record: Members, nowMs: number) => readonly VendorToken[]
}
