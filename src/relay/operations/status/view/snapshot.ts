/*
 * The answer of `/status.json` and the data of the page. Times are milliseconds since the epoch; names that end in `Ms` are
 * durations. It contains fingerprints instead of tokens and objectIds.
 */

/**
 * The state of the relay or of one account. `empty`: no record has been received yet. `good`: everything arrives. `busy`:
 * everything will arrive, but there is a queue. `warning`: look at it during working hours. `bad`: nothing arrives until the
 * operator acts.
 */
export type Level = 'empty' | 'good' | 'busy' | 'warning' | 'bad'

/** The answer to "is everything arriving?". */
export interface Verdict {
  level: Level
  /** One or two words: `Yes`, `No`. */
  answer: string
  /** One sentence. */
  headline: string
  /** The operator's next step; null: none. */
  remedy: string | null
}

/** Events of a period. */
export interface Happened {
  /** Records that had to be uploaded: new tokens, changed tokens, and rejected ones that were retried. */
  queued: number
  accepted: number
  rejected: number
}

/**
 * Equal periods, oldest first; the last one is still running. `null` in a list is a step without data, because this
 * process was not running then.
 */
export interface Series {
  /** Start of the first step. */
  startsAt: number
  stepMs: number
  queued: readonly (number | null)[]
  accepted: readonly (number | null)[]
  rejected: readonly (number | null)[]
  /** Records that waited or were being uploaded, at the end of the step. */
  waiting: readonly (number | null)[]
  /** Median and 95th percentile of the upload latency, as this process saw it. */
  latencyP50Ms: readonly (number | null)[]
  latencyP95Ms: readonly (number | null)[]
}

export const ranges = ['live', 'hour', 'day'] as const
/** `live`: the last five minutes in steps of five seconds; `hour`: in steps of a minute; `day`: in steps of ten minutes. */
export type Range = (typeof ranges)[number]

/** Time from an upload request to CleverTap's answer, as this process saw it. */
export interface Latency {
  /** Length of the period. */
  overMs: number
  requests: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
}

export type UploadMode = 'ok' | 'throttled' | 'failing' | 'suspended'

/** The state of an account's uploads. */
export interface UploadHealth {
  state: UploadMode
  /** Time at which the state began; null: at the start of this process. */
  since: number | null
  /** Time of the next request; null: as soon as there is something to send. */
  nextTryAt: number | null
  cause: string | null
  remedy: string | null
}

/** A change of state that this process saw. */
export interface StateChange {
  at: number
  state: UploadMode
  cause: string | null
}

/** The rejected records with one code. */
export interface RejectedCode {
  code: number
  records: number
  meaning: string
  remedy: string
}

/** One rejected record. */
export interface Rejection {
  at: number
  /** First digits of the SHA-256 of its objectId; `pushferry rejected list` has the objectId. */
  profile: string
  type: string
  code: number
  meaning: string
  /** CleverTap's own message. */
  text: string
}

/** Another process that uploads from the same store, by its last report. */
export interface OtherProcess {
  name: string
  state: UploadMode
  inFlight: number
}

export interface AccountStatus {
  account: string
  verdict: Verdict
  upload: UploadHealth
  queue: {
    /** From backends, tickets and accepted registration keys. */
    live: number
    /** From browsers without proof. */
    unproved: number
    import: number
    uploading: number
    /** Time at which the oldest queued record was received; null: the queue is empty. */
    oldestReceivedAt: number | null
    /** Estimated time to empty the queue at the current rate; null for a short queue, or without a rate. */
    etaMs: number | null
  }
  /** Queued records and their limits, by kind of sender. */
  capacity: {
    live: { waiting: number; limit: number }
    /** `evicted`: records that were removed in the last day because this capacity was full. */
    unproved: { waiting: number; limit: number; evicted: number }
  }
  /**
   * Registered browsers: `heard` confirmed in the last 30 days, `idle` did not confirm for `PUSHFERRY_KEY_IDLE`, so that another
   * browser may claim their objectId. In the last day: registrations `refused` because another browser has the objectId, and
   * `takeovers` of an objectId.
   */
  browsers: { heard: number; idle: number; refused: number; takeovers: number }
  /** Completed records in the store. */
  settled: { accepted: number; rejected: number; withdrawn: number }
  last: { minute: Happened | null; hour: Happened; day: Happened }
  series: Readonly<Record<Range, Series>>
  latency: Latency | null
  /** Requests to CleverTap: in flight from all processes, this process's current limit, the limit for all together. */
  slots: { inFlight: number; limit: number; concurrency: number }
  rejected: { codes: readonly RejectedCode[]; latest: readonly Rejection[] }
  /** Other events of the last day, by the names of the store's events. */
  events: Readonly<
    Record<'replaced' | 'withdrawn' | 'deferred' | 'expired' | 'discarded' | 'confirmed' | 'missing', number>
  >
  changes: readonly StateChange[]
  others: readonly OtherProcess[]
}

export interface StatusSnapshot {
  generatedAt: number
  version: string
  startedAt: number
  /** Whether the store takes records. While it does not, the accounts' numbers are the last ones that could be read. */
  store: { kind: string; ok: boolean; reason: string | null }
  accounts: readonly AccountStatus[]
}

/** The content of the page: one account, and the states of the others. */
export interface PageState extends Omit<StatusSnapshot, 'accounts'> {
  account: AccountStatus
  accounts: readonly { account: string; level: Level }[]
}
