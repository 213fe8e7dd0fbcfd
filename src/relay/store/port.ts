import type { IntakeResult, Token, TokenType } from '../../wire/record.ts'

/*
 * The outbox port. What an adapter promises; the in-memory adapter is the executable meaning of these words, and the
 * contract suite (test/contract) runs on every adapter.
 *
 * ONE ROW for each account and objectId. A row has a *generation* that grows whenever its token changes or is queued
 * anew, and that no other row of the account has had, not even one of the same person that was erased; and a *sequence
 * number* that tells its age: it is given when the row is queued, it never depends on a clock, and giving a row back does
 * not change it.
 *
 * COMMIT. Every operation that returns a promise resolves only after what it did is durable: a process killed, or a
 * machine switched off, at any later moment has not lost it. Many operations may share one commit. An operation that
 * rejects has done nothing. It rejects with a StoreError and with nothing else.
 *
 * HOLDERS. Every uploading process has a holder id and beats (`beat`) while it lives. What a holder has, leases and
 * slots, stays its own as long as its beat moves; nobody compares wall clocks. Whoever sees another holder's beat stand
 * still for the lease time, on its own monotonic clock, takes everything from it (`reap`).
 *
 * LEASE. A leased row belongs to one holder. Nobody else is given it. A result for it counts only while it is still
 * leased to that holder and its generation is still the one that was leased: a late result, from a holder that was
 * reaped or for a token that was replaced meanwhile, changes nothing about the row's token. A row whose token is
 * replaced while it is leased stays leased until that is settled or reaped, so that the replacement is never sent
 * beside it. So does a row that is erased: of it remains a *hold*, the objectId and the lease without token or
 * fingerprint, that nothing but the next record of this objectId meets, and that goes with the lease. A holder id is used for one life only: who was reaped joins again under another.
 *
 * SLOT. The right to have one upload request of an account in flight. The slots of all holders of an account never add
 * up to more than the limit that was given with the last grant.
 */

/** What a row is doing. `queued` includes a row that waits for a later try. */
export type TokenState = 'queued' | 'uploading' | 'accepted' | 'rejected' | 'withdrawn'

/**
 * What is uploaded first: live records, then those of unproved senders that CleverTap has put off, then imported ones. So a
 * new visitor's first upload waits neither for junk that is tried again and again nor for an import.
 */
export const lanes = ['live', 'deferred', 'import'] as const
export type Lane = (typeof lanes)[number]

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
  lane: Exclude<Lane, 'deferred'>
  /**
   * Whether the sender has shown that the objectId is its own:
   * `trusted`: a backend or an import; a row that it makes has no registration key yet;
   * `ticket`: a browser with a ticket;
   * `key`: a browser with the registration key, which proves something once CleverTap has accepted a record of the row;
   * `unproved`: a browser without; taken when the row is absent, has no key (a withdrawn row has none), has the identical
   * token, or may be claimed.
   */
  sender: 'trusted' | 'ticket' | 'key' | 'unproved'
  /** When an unproved browser may take over a row with a registration key; left out: never. */
  claim?: Claim
  /** False for an import that must leave live and withdrawn rows alone; such a row counts as `unchanged`. */
  replaceLive: boolean
  warnings: readonly string[]
}

/** When an unproved browser may take over a row whose registration key it does not have. Counted as `takeover`. */
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

/** A row as its operator may see it. Times are milliseconds since the epoch. */
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

/** A row that CleverTap has accepted. */
export interface AcceptedRow {
  /** Pass as `after` to get the next page. */
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
  lane: Lane
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
  /** Wait until `dueAt` (wall clock, ms) because of this record. Costs a deferral. */
  | { kind: 'deferred'; dueAt: number; error: RecordError }
  /** Wait until `dueAt` because the whole request failed. Costs a failure where it is `blamed` on its records. */
  | { kind: 'failed'; dueAt: number; blamed: boolean }
  /** Not sent, or its fate does not count: due at once, at its old age, and no attempt spent. */
  | { kind: 'returned' }

/** The result of one leased entry. */
export interface Settlement {
  account: string
  objectId: string
  generation: number
  outcome: Outcome
}

/** An uploading process, as others see it. */
export interface Holder {
  id: string
  /** Grows with every beat. Only its standing still has a meaning. */
  beat: number
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
  /** What has happened since the store was made, by event; see `EventName`. */
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

/** What happened in one minute; minutes in which nothing happened are left out. */
export interface Minute {
  /** Milliseconds since the epoch, at the minute's start. */
  at: number
  events: Readonly<Partial<Record<EventName, number>>>
}

/** See the comment at the top for what every adapter promises. All operations may be called at any time, concurrently. */
export interface Store {
  /**
   * Takes records in. Newest wins; the results stand in the order of the entries. When one call names an objectId
   * twice the later entry wins and both are answered for.
   *
   * Rejects with `full` when the queued rows of the pool `live` would become more than the store's `maxQueued`, and where
   * the call has imported records also when those of `live` and `import` together would. So live records never wait for
   * imported ones.
   * Unproved records have a capacity of their own, `maxUnproved`: a new one takes the place of the oldest that CleverTap has
   * put off, which is removed as if it had never come and counted as `evicted`. Where none was put off the result is `full`.
   */
  put(entries: readonly NewEntry[]): Promise<readonly PutResult[]>

  /**
   * Cancels a queued upload and marks the row withdrawn; its token is forgotten, and any browser may have the objectId next.
   * False when there is no such row.
   */
  withdraw(account: string, objectId: string): Promise<boolean>

  /**
   * Removes a profile's row, and every trace of it and of its token from what is on disk; while an upload of it is in
   * flight a hold remains (see LEASE). False when there was none.
   */
  erase(account: string, objectId: string): Promise<boolean>

  find(account: string, objectId: string): Promise<TokenStatus | undefined>

  /**
   * Leases the oldest due rows, live before imported, that are in nobody's lease: up to `batches` (default 1) times
   * `max`. Rows are given when they fill batches of `max`, and when one of those that do not has been due for `flushMs`;
   * when there are none, `waitMs`, after which asking again may help (null: nothing is waiting). A row that was deferred
   * is as old as it was when it first came. One that is due later than in `farthestDueMs` (default: eight days) was given
   * its time by a clock gone wrong, and counts as due.
   */
  lease(request: {
    account: string
    holder: string
    max: number
    batches?: number
    flushMs: number
    farthestDueMs?: number
  }): Promise<Batch | { waitMs: number | null }>

  /** Writes results. One for an older generation changes nothing but frees the row for its next token. */
  settle(holder: string, settlements: readonly Settlement[]): Promise<void>

  /**
   * Sets how many slots of an account this holder has: as many of `want` as the limit leaves after the other holders'.
   * Resolves to the number it has now. `want: 0` gives all back.
   */
  takeSlots(request: { account: string; holder: string; want: number; limit: number }): Promise<number>

  /** Makes a holder known. Before that, and after it was reaped, it is given nothing. */
  join(holder: string, report: string): Promise<void>

  /** Says that this holder lives, with a new report. False when it had been reaped meanwhile: then all it held is gone. */
  beat(holder: string, report: string): Promise<boolean>

  holders(): Promise<readonly Holder[]>

  /** Takes leases and slots from these holders, if their beat is still the one that was seen. Resolves to the rows freed. */
  reap(stale: readonly Pick<Holder, 'id' | 'beat'>[]): Promise<number>

  /** Gives all that a holder has back at no cost and forgets it: the end of an orderly stop. */
  leave(holder: string): Promise<void>

  counts(account: string): Promise<Counts>

  /** Minutes from `since` (ms since the epoch) on, oldest first. Kept for eight days. */
  history(account: string, since: number): Promise<readonly Minute[]>

  /** Counts something that only the caller sees, such as a sampled check of a profile. */
  count(account: string, event: EventName, by: number): Promise<void>

  /** A page of refused rows, the latest refusal first. */
  rejected(account: string, page: { limit: number; after?: number; code?: number }): Promise<readonly RejectedRow[]>

  /** A page of accepted rows, each once, in an order of the store's own. */
  accepted(account: string, page: { limit: number; after?: string }): Promise<readonly AcceptedRow[]>

  /**
   * Queues refused rows anew: those of these objectIds, or of this code, or all; except those whose token was not kept.
   * Resolves to how many.
   */
  retryRejected(account: string, which: { objectIds?: readonly string[]; code?: number }): Promise<number>

  /**
   * Removes refused rows, the oldest refusals first: those that were refused before `before` (ms since the epoch), and those
   * beyond the latest `most`. Counted as `discarded`. Resolves to how many; at most 1,000 a call, so that nothing waits long.
   */
  discardRejected(account: string, limits: { before: number; most: number }): Promise<number>

  /** A secret that is made once, at random, and then stays with the store: 32 bytes in base64url. */
  secret(name: string): Promise<string>

  /** Proves that the store takes records, by a small durable write. Rejects when it does not. */
  probe(): Promise<void>

  /**
   * Calls back with the number of rows, about, that may have become due, at least after every `put` and `retryRejected` of this process. Returns how to stop that.
   */
  onWork(listener: (account: string, rows: number) => void): () => void

  /** Sizes of the files of a store that has files of its own; undefined for others. */
  bytes?(): Promise<{ database: number; wal: number } | undefined>

  /** Finishes what has begun and lets go of the database. Everything after that rejects with `closed`. */
  close(): Promise<void>
}

/** What can be given to every adapter. */
export interface StoreOptions {
  /** Rows of the pools `live` and `import` that may be queued at a time, per account (default 1,000,000); see `put`. */
  maxQueued?: number
  /** Rows of the pool `unproved` that may be queued at a time, per account (default 100,000). */
  maxUnproved?: number
  /** How much of the database SQLite keeps in memory (default 64 MiB). Of no meaning to other adapters. */
  cacheBytes?: number
  /** How many pages SQLite's log may have before it is copied into the file (default 1,000). Likewise. */
  logPages?: number
  /** Ms since the epoch (default: a clock that begins with the wall clock and is not set after that). */
  now?: () => number
}
