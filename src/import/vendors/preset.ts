import type { TokenType } from '../../wire/record.ts'
import type { Field } from '../fields.ts'
import type { Members } from '../members.ts'

/** One token in a record of a vendor's, or why it is none. */
export interface VendorToken {
  /** Its fields. The type is the vendor's own word; an `endpoint` gives id and type. */
  values?: Partial<Record<Field, string>>
  /** Why it is skipped and counted apart: `dead`, `other channel`, `opted out`, `no token`. */
  skip?: string
  /** Why it cannot be read. */
  problem?: string
  /** When it was last used, as the vendor writes it: of several tokens of one profile the newest counts. */
  usedAt?: unknown
  /** The record with this token alone, where it has several. */
  record?: Members
}

/**
 * How the export of a vendor is read. CSV is read like JSON: a row is an object whose members are the columns.
 * Where it is recognised, columns that the vendor has renamed or left out are named before anything is read.
 */
export interface Preset {
  /** The vendor, as the heading of its guide in docs/import.md has it. */
  vendor: string
  /** For people: `a OneSignal export`. */
  name: string
  formats: readonly ('csv' | 'json')[]
  /**
   * Whether the beginning of an input is such an export. `has` says whether a record has a dotted path, or may have it
   * in a column of JSON; `shows`, whether the first records have a value there.
   */
  isOne: (has: (path: string) => boolean, shows: (path: string) => boolean) => boolean
  /** The path of each field: shown to the user, and used to write a record of the store back. */
  columns: Readonly<Partial<Record<Field, string>>>
  /** Paths without which it cannot be read, and how to get an export that has them. `|` separates alternatives. */
  needed: readonly string[]
  advice: string
  /** The usual path of your own user ID, by which the CleverTap ID is joined. */
  user: string
  /** The vendor's types, in lower case, and ours. Others are refused with 535. */
  types: ReadonlyMap<string, TokenType>
  /** A record with hidden values as members, for `--on` and `--map`. */
  view?: (record: Members) => Members
  /** The tokens of a record; none where it has none. Never throws, whatever it is given. */
  read: (record: Members, nowMs: number) => readonly VendorToken[]
}
