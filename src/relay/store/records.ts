import type { IntakeResult, Token, TokenType } from '../../wire/record.ts'

// The input and output types of a store. Times are milliseconds since the epoch.

/** The state of a row. `queued` includes a row that waits for a later try. */
export type TokenState = 'queued' | 'uploading' | 'accepted' | 'rejected' | 'withdrawn'

/**
 * The order of uploads: live records, then deferred records of unproved senders, then imported ones. So a new visitor's first upload
 * waits neither for junk that is retried nor for an import.
 */
export const priorities = ['live', 'deferred', 'import'] as const
export type Priority = (typeof priorities)[number]

/**
 * The capacity that a row uses. `live`: backends, tickets, and registration keys whose record CleverTap has accepted; `unproved`:
 * browsers without proof; `import`: imports, which get what `live` leaves free of the same capacity.
 */
export type Pool = 'live' | 'unproved' | 'import'

/** A record to put into the store. */
export interface NewEntry {
  account: string
  objectId: string
  /** Canonical, as decodeRecord returns it. */
  token: Token
  /** A browser's keys, if the token's type has none: compared, never sent. */
  shownKeys?: NonNullable<Token['keys']>
  priority: Exclude<Priority, 'deferred'>
  /**
   * The sender's proof for the objectId. `trusted`: a backend or an import; a row that it makes has no registration key yet. `ticket`:
   * a browser with a ticket. `key`: a browser with the registration key, which is a proof after CleverTap has accepted a record of
   * the row. `unproved`: a browser with neither; accepted only if there is no row, or if the row has no key (a withdrawn row has
   * none), has the identical token, or may be claimed.
   */
  sender: 'trusted' | 'ticket' | 'key' | 'unproved'
  /** When an unproved browser may take over a row with a registration key; default: never. Counted as `takeover`. */
  claim?: Claim
  /** False for an import that must leave live and withdrawn rows alone; such a row counts as `unchanged`. */
  replaceLive: boolean
  warnings: readonly string[]
}
export interface Claim {
  /** Days without a confirmation by the row's browser after which it may be claimed. */
  idleDays: number
  /** At any time: the newest registration wins. */
  always: boolean
}

/**
 * The result for one NewEntry. `queued` also for a backend's record that is not applied yet. `refused`: another token is bound to this
 * objectId and the sender has no proof. `full`: `maxUnproved` unproved records are queued, and none of them can be evicted.
 */
export interface PutResult {
  result: IntakeResult | 'refused' | 'full'
}

/** A row as an operator sees it. */
export interface TokenStatus {
  objectId: string
  type: TokenType
  state: TokenState
  /** Number of upload attempts of the current token that got an answer or failed; returned rows do not count. */
  attempts: number
  error: RecordError | null
  receivedAt: number
  settledAt: number | null
  warnings: readonly string[]
}

/** Why CleverTap refused a record, or why the last attempt did not complete it. */
export interface RecordError {
  code: number
  message: string
}

/** A rejected row, with the token for `rejected export` and `rejected retry`. */
export interface RejectedRow extends TokenStatus {
  /** Null for an unproved sender's record: its token is not kept, so it can be neither exported nor retried. */
  token: Token | null
  error: RecordError
  /** Pass as `after` to get the next page. */
  cursor: number
}

/** A row that CleverTap has accepted. Pass its objectId as `after` to get the next page. */
export interface AcceptedRow {
  objectId: string
  type: TokenType
  /** SHA-256 of the canonical token, in hex: see `fingerprintOf` in rules/decide.ts. */
  fingerprint: string
}

export interface LeasedEntry {
  objectId: string
  generation: number
  token: Token
  priority: Priority
  attempts: number
  /** How often this token was deferred because its profile seemed not to be live yet. */
  deferrals: number
  /** How often a whole request with this token has failed and was blamed on its records. */
  failures: number
  receivedAt: number
}

/** Leased rows in the order of their due times, each objectId once. */
export interface Lease {
  account: string
  entries: readonly LeasedEntry[]
}

/** The outcome of one leased entry. */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'rejected'; error: RecordError }
  /** Wait until `dueAt` because of this record. Counts as a deferral. */
  | { kind: 'deferred'; dueAt: number; error: RecordError }
  /** Wait until `dueAt` because the whole request failed. Counts as a failure if it is `blamed` on its records. */
  | { kind: 'failed'; dueAt: number; blamed: boolean }
  /** Not sent, or the result does not count: due at once, with its old age, and without an attempt. */
  | { kind: 'returned' }

export interface Completion {
  account: string
  objectId: string
  generation: number
  outcome: Outcome
}

/** An uploading process, as others see it. */
export interface Holder {
  id: string
  /** Changes with every heartbeat. The value itself has no meaning. */
  heartbeat: number
  /** The process's own report: any JSON, for status displays. */
  report: string
}

/** Counts of one account, stored across restarts, exact as of the last commit. */
export interface Counts {
  queued: Readonly<Record<Pool, number>>
  uploading: number
  accepted: number
  rejected: number
  withdrawn: number
  /** When the oldest (by sequence number) queued or uploading row was received; null: there is none. */
  oldestReceivedAt: number | null
  /** Rejected rows by CleverTap's code. */
  rejectedByCode: Readonly<Record<string, number>>
  /** Number of rows by the day (see `dayOf`) of their browser's last confirmation, which is written at most once a week. */
  confirmedOn: Readonly<Record<string, number>>
  /** Events since the store was created. */
  events: Readonly<Record<EventName, number>>
}

/** Events that are counted, in total and by the minute. */
export const eventNames = [
  'queued',
  'replaced',
  'unchanged',
  'refused',
  'takeover',
  'evicted',
  'discarded',
  'withdrawn',
  'erased',
  'accepted',
  'rejected',
  'deferred',
  'failed',
  'expired',
  'confirmed',
  'missing',
  'unknown',
] as const
export type EventName = (typeof eventNames)[number]

/** Events in the minute that starts at `at`; minutes without events are omitted. */
export interface Minute {
  at: number
  events: Readonly<Partial<Record<EventName, number>>>
}
