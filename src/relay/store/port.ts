import type {
  AcceptedRow,
  Batch,
  Completion,
  Counts,
  EventName,
  Holder,
  Minute,
  NewEntry,
  PutResult,
  RejectedRow,
  TokenStatus,
} from './records.ts'

export * from './records.ts'

/*
 * The outbox port. What an adapter promises; the contract suite (test/contract) runs on every adapter. What becomes of rows is
 * written once, in rules/.
 *
 * ONE ROW for each account and objectId. A row has a *generation*, which a result has to name: another one for each token
 * that is leased, and one that no other row of the account has had, not even an erased one of the same profile; and a *sequence
 * number*, which tells its age: it is given when the row is queued, never depends on a clock, and stays when the row is given
 * back.
 *
 * COMMIT. An operation that returns a promise resolves only after its effect is durable: a process killed, or a machine
 * switched off, at any later moment has not lost it. Many operations may share one commit. An operation that rejects has
 * done nothing. It rejects with a StoreError and with nothing else.
 *
 * HOLDERS. Every uploading process has a holder id and sends heartbeats (`heartbeat`) while it lives. Its leases and slots stay
 * its own as long as its heartbeat changes; no two wall clocks are compared. A process that sees another holder's heartbeat
 * unchanged for the lease time, on its own monotonic clock, takes everything over from it (`takeOver`). A holder id is used for one
 * life only: a process that lost everything to another joins again under another id.
 *
 * LEASE. A leased row belongs to one holder; no other is given it. A result for it counts only while it is still leased to
 * that holder with the generation that was leased: a late result changes nothing about the row's token. A row whose token is
 * replaced while it is leased stays leased until that is settled or taken over, so that the replacement is never sent beside it.
 * So does a row that is erased: of it remains a *hold*, the objectId and the lease without token or fingerprint, which nothing
 * but the next record of this objectId meets, and which goes with the lease.
 *
 * SLOT. The right to have one upload request of an account in flight. The slots of all holders of an account never add
 * up to more than the limit that was given with the last grant.
 */

/** Takes records in, shows and removes them. As all operations, these may be called at any time, concurrently. */
export interface IntakeStore {
  /**
   * Takes records in. Newest wins; the results are in the order of the entries. When one call names an objectId
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
}

/** What uploading processes work with. */
export interface UploadStore {
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

  /** Writes results. One for a token that was replaced while it was leased only frees the row for its next token. */
  complete(holder: string, completions: readonly Completion[]): Promise<void>

  /**
   * Sets how many slots of an account this holder has: as many of `want` as the limit leaves after the other holders'.
   * Resolves to the number it has now. `want: 0` gives all back.
   */
  takeSlots(request: { account: string; holder: string; want: number; limit: number }): Promise<number>

  /** Makes a holder known. Before that, and after `takeOver`, it is given nothing. */
  join(holder: string, report: string): Promise<void>

  /** Says that this holder lives, with a new report. False when another process took over meanwhile: then all it held is gone. */
  heartbeat(holder: string, report: string): Promise<boolean>

  holders(): Promise<readonly Holder[]>

  /** Takes leases and slots from these holders, if their heartbeat is still the one seen. Resolves to the rows freed. */
  takeOver(stale: readonly Pick<Holder, 'id' | 'heartbeat'>[]): Promise<number>

  /** Gives all that a holder has back at no cost and forgets it: the end of an orderly stop. */
  leave(holder: string): Promise<void>
}

/** Numbers and lists for operators, and what they do about refused rows. */
export interface ReportStore {
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
}

export interface Store extends IntakeStore, UploadStore, ReportStore {
  /** A secret that is made once, at random, and then stays with the store: 32 bytes in base64url. */
  secret(name: string): Promise<string>

  /**
   * Proves that the store takes records, by a small durable write. Rejects when it does not, and also when records that it took
   * cannot be applied because the database is damaged.
   */
  probe(): Promise<void>

  /**
   * Calls back with the number of rows, about, that may have become due, at least after every `put` and `retryRejected` of
   * this process. Returns how to stop that.
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
