import type { IntakeResult, Token, TokenType } from '../../wire/record.ts'

/*
 * What goes into a store and comes out of it. Times are milliseconds since the epoch.
 */

/** What a row is doing. `queued` includes a row that waits for a later try. */
export type TokenState = 'queued' | 'uploading' | 'accepted' | 'rejected' | 'withdrawn'

/**
 * What is uploaded first: live records, then those of unproved senders that CleverTap has put off, then imported ones. So a
 * new visitor's first upload waits neither for junk that is tried again and again nor for an import.
 */
export const priorities = ['live', 'deferred', 'import'] as const
export type Priority = (typeof priorities)[number]

/**
 * Whose capacity a row takes up. `live`: of backends, tickets, and registration keys whose record CleverTap has accepted;
 * `unproved`: of browsers that proved nothing; `import`: of imports, which get what `live` leaves free of the same capacity.
 */
export type Pool = 'live' | 'unproved' | 'import'

/** A record on its way into the store. */
export interface NewEntry {
  account: string
  objectId: string
  /** Canonical, as decodeRecord returns it. */
  token: Token
  /** The keys that a browser showed where the token's type takes none: compared, never sent. */
  shownKeys?: NonNullable<Token['keys']>
  priority: Exclude<Priority, 'deferred'>
  /**
   * Whether the sender has shown that the objectId is its own. `trusted`: a backend or an import; a row that it makes has no
   * registration key yet. `ticket`: a browser with a ticket. `key`: a browser with the registration key, which proves something
   * once CleverTap has accepted a record of the row. `unproved`: a browser without; taken when the row is absent, has no key (a
   * withdrawn row has none), has the identical token, or may be claimed.
   */
  sender: 'trusted' | 'ticket' | 'key' | 'unproved'
  /** When an unproved browser may take over a row with a registration key; left out: never. Counted as `takeover`. */
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
 * What became of one NewEntry. `queued` also where a record of a backend is not decided upon yet. `refused`: another token is
 * bound to this objectId and the sender proved nothing. `full`: as many unproved records as `maxUnproved` are queued, and
 * CleverTap has put off none of them that could give way.
 */
export interface PutResult {
  result: IntakeResult | 'refused' | 'full'
}

/** A row as its operator may see it. */
export interface TokenStatus {
  objectId: string
  type: TokenType
  state: TokenState
  /** Upload attempts of the present token that got an answer or failed; given-back work costs none. */
  attempts: number
  error: RecordError | null
  receivedAt: number
  settledAt: number | null
  warnings: readonly string[]
}

/** Why CleverTap refused a record, or why the last attempt did not settle it. */
export interface RecordError {
  code: number
  message: string
}

/** A refused row, with the token that `rejected export` and another try need. */
export interface RejectedRow extends TokenStatus {
  /** Null for a record of an unproved sender: its token is not kept, so that it can be neither exported nor tried again. */
  token: Token | null
  error: RecordError
  /** Pass as `after` to get the next page. */
  cursor: number
}

/** A row that CleverTap has accepted. Pass its objectId as `after` to get the next page. */
export interface AcceptedRow {
  objectId: string
  type: TokenType
  /** SHA-256 of the canonical token, in hex: see rules/fingerprint.ts. */
  fingerprint: string
}

/** One leased row. */
export interface LeasedEntry {
  objectId: string
  generation: number
  token: Token
  priority: Priority
  attempts: number
  /** How often this token was put off because its profile seemed not to be live yet. */
  deferrals: number
  /** How often the whole request that carried this token has failed and was blamed on what it carried. */
  failures: number
  receivedAt: number
}

/** Leased rows, in the order in which they are due; no objectId twice. */
export interface Batch {
  account: string
  entries: readonly LeasedEntry[]
}

/** The end of one leased entry. */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'rejected'; error: RecordError }
  /** Wait until `dueAt` because of this record. Costs a deferral. */
  | { kind: 'deferred'; dueAt: number; error: RecordError }
  /** Wait until `dueAt` because the whole request failed. Costs a failure where it is `blamed` on its records. */
  | { kind: 'failed'; dueAt: number; blamed: boolean }
  /** Not sent, or its fate does not count: due at once, at its old age, and no attempt spent. */
  | { kind: 'returned' }

/** The result of one leased entry. */
export interface Completion {
  account: string
  objectId: string
  generation: number
  outcome: Outcome
}

/** An uploading process, as others see it. */
export interface Holder {
  id: string
  /** Grows with every heartbeat. Its value means nothing, only that it has not changed. */
  heartbeat: number
  /** What the process says of itself; free JSON, for status displays. */
  report: string
}

/** Numbers of one account, kept in the store across restarts, exact as of the last commit. */
export interface Counts {
  queued: Readonly<Record<Pool, number>>
  uploading: number
  accepted: number
  rejected: number
  withdrawn: number
  /** When the row that is oldest by sequence among the queued and uploading ones was received; null: there is none. */
  oldestReceivedAt: number | null
  /** Rejected rows by CleverTap's code. */
  rejectedByCode: Readonly<Record<string, number>>
  /** Rows by the day (see `dayOf`) on which their browser was last heard of, which is written at most once a week. */
  confirmedOn: Readonly<Record<string, number>>
  /** What has happened since the store was made. */
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

/** What happened in one minute, from `at` on; minutes in which nothing happened are left out. */
export interface Minute {
  at: number
  events: Readonly<Partial<Record<EventName, number>>>
}
