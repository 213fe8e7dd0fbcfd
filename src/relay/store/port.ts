import type {
  AcceptedRow,
  Completion,
  Counts,
  EventName,
  Holder,
  Lease,
  Minute,
  NewEntry,
  PutResult,
  RejectedRow,
  TokenStatus,
} from './records.ts'

export * from './records.ts'

/*
 * The outbox port: the promises of an adapter. The contract suite (test/contract) runs on every adapter. rules/ defines how rows change.
 *
 * ONE ROW for each account and objectId. A row has a *generation*, which a result must name. Each leased token has a new
 * generation, which no other row of the account has ever had, not even an erased one of the same profile. A row also has a
 * *sequence number*, which defines its age whatever the clock says: a row gets it when it is queued, and keeps it when returned.
 *
 * COMMIT. An operation that returns a promise resolves only after its effect is durable: it survives a kill or a power cut at any
 * later moment. Many operations may share one commit. An operation rejects only with a StoreError, and has then done nothing.
 *
 * HOLDERS. Every uploading process has a holder id and sends heartbeats (`heartbeat`) while it lives. It keeps its leases and
 * slots as long as its heartbeat changes; no two wall clocks are compared. A process that sees another holder's heartbeat
 * unchanged for the lease time, on its own monotonic clock, takes everything over from it (`takeOver`). A holder id is never used
 * again: a process that lost everything to another one joins under a new id.
 *
 * LEASE. A leased row belongs to one holder and is given to no other. A result counts only while the row is leased to that holder
 * with the leased generation; a late result does not change the row's token. If the token is replaced during the lease, the row
 * stays leased until the result or a takeover, so that the replacement is never sent at the same time. The same holds for an erased
 * row: a *hold* remains, which has the objectId and the lease, but no token or fingerprint. Only the next record of the objectId
 * finds it.
 *
 * SLOT. The right to have one upload request of an account in flight. The slots of all holders of an account together never
 * exceed the limit that the last `takeSlots` gave.
 */

/** Accepts, shows and removes records. Like all operations, these may be called at any time, concurrently. */
export interface IntakeStore {
  /**
   * Accepts records. The newest wins, also within a call. The results are in the order of the entries.
   *
   * Rejects with `full` when the queued rows of the pool `live` would exceed `maxQueued`. With imported records it also rejects
   * when `live` and `import` together would exceed it. So live records never wait for imported ones.
   * Unproved records have a separate capacity, `maxUnproved`. When it is full, a new record evicts the oldest deferred one, which
   * is removed and counted as `evicted`. Without a deferred record the result is `full`.
   */
  put(entries: readonly NewEntry[]): Promise<readonly PutResult[]>

  /**
   * Cancels a queued upload, marks the row withdrawn and removes its token. Afterwards any browser may claim the objectId.
   * Resolves to false when there is no such row.
   */
  withdraw(account: string, objectId: string): Promise<boolean>

  /**
   * Removes a profile's row, and every trace of it and of its token on disk. While an upload of it is in flight, a hold remains (see
   * LEASE). Resolves to false when there was no row.
   */
  erase(account: string, objectId: string): Promise<boolean>

  find(account: string, objectId: string): Promise<TokenStatus | undefined>
}

/** The operations of uploading processes. */
export interface UploadStore {
  /**
   * Leases the oldest due rows that nobody has leased, live before imported ones: up to `batches` (default 1) times `max`. Gives
   * full batches of `max`, and the remaining rows when one of them has been due for `flushMs`. Without rows it gives `waitMs`, the
   * time until the next call can succeed (null: nothing waits). A deferred row keeps its age. A row that is due later than
   * `farthestDueMs` (default: eight days) got its time from a wrong clock, and counts as due.
   */
  lease(request: {
    account: string
    holder: string
    max: number
    batches?: number
    flushMs: number
    farthestDueMs?: number
  }): Promise<Lease | { waitMs: number | null }>

  /** Writes results. The result of a token that was replaced during the lease only frees the row for its next token. */
  complete(holder: string, completions: readonly Completion[]): Promise<void>

  /** Sets this holder's slots of an account to `want`, or to what the other holders leave of the limit, and resolves to their number. */
  takeSlots(request: { account: string; holder: string; want: number; limit: number }): Promise<number>

  /** Registers a holder. Before that, and after `takeOver`, it gets no rows or slots. */
  join(holder: string, report: string): Promise<void>

  /** Sends a heartbeat with a new report. Resolves to false when another process has taken over everything from this holder. */
  heartbeat(holder: string, report: string): Promise<boolean>

  holders(): Promise<readonly Holder[]>

  /** Takes leases and slots from these holders, if their heartbeat is still the given one. Resolves to the number of freed rows. */
  takeOver(stale: readonly Pick<Holder, 'id' | 'heartbeat'>[]): Promise<number>

  /** Returns all rows and slots of a holder and removes the holder, at the end of an orderly stop. */
  leave(holder: string): Promise<void>
}

/** Counts and lists for operators, and operations on rejected rows. */
export interface ReportStore {
  counts(account: string): Promise<Counts>

  /** Minutes from `since` (ms since the epoch) on, oldest first. Kept for eight days. */
  history(account: string, since: number): Promise<readonly Minute[]>

  /** Counts an event that only the caller sees, such as a sampled check of a profile. */
  count(account: string, event: EventName, by: number): Promise<void>

  /** A page of rejected rows, the latest first. */
  rejected(account: string, page: { limit: number; after?: number; code?: number }): Promise<readonly RejectedRow[]>

  /** A page of accepted rows, each once, in any order. */
  accepted(account: string, page: { limit: number; after?: string }): Promise<readonly AcceptedRow[]>

  /** Queues rejected rows with a token again: those of these objectIds, or with this code, or all. Resolves to their number. */
  retryRejected(account: string, which: { objectIds?: readonly string[]; code?: number }): Promise<number>

  /**
   * Removes rejected rows, the oldest first: those rejected before `before` (ms since the epoch), and all but the latest `most`. Counts
   * them as `discarded`. Removes at most 1,000 per call, so that other operations do not wait long, and resolves to their number.
   */
  discardRejected(account: string, limits: { before: number; most: number }): Promise<number>
}

export interface Store extends IntakeStore, UploadStore, ReportStore {
  /** A random secret that is made once and kept in the store: 32 bytes in base64url. */
  secret(name: string): Promise<string>

  /**
   * Checks that the store takes records, by a small durable write. Rejects when it fails, and also when damage in the database
   * keeps accepted records from being applied.
   */
  probe(): Promise<void>

  /**
   * Calls back with the approximate number of rows that may have become due, at least after every `put` and `retryRejected` of this
   * process. Returns a function that removes the listener.
   */
  onWork(listener: (account: string, rows: number) => void): () => void

  /** Sizes of the store's files; undefined for a store without files. */
  bytes?(): Promise<{ database: number; wal: number } | undefined>

  /** Finishes running operations and closes the database. Later operations reject with `closed`. */
  close(): Promise<void>
}

/** The options of every adapter. */
export interface StoreOptions {
  /** Limit of queued rows of the pools `live` and `import` per account (default 1,000,000); see `put`. */
  maxQueued?: number
  /** Limit of queued rows of the pool `unproved` per account (default 100,000). */
  maxUnproved?: number
  /** Size of SQLite's cache (default 64 MiB). Other adapters ignore it. */
  cacheBytes?: number
  /** Pages in SQLite's log after which it is copied into the file (default 1,000). Other adapters ignore it. */
  logPages?: number
  /** Ms since the epoch. Default: starts with the wall clock and then ignores its changes. */
  now?: () => number
}
