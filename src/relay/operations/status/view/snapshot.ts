/*
 * What `/status.json` answers, and what the page shows. Times are milliseconds since the epoch, and names that end in
 * `Ms` are durations. There is no token and no objectId in it, only fingerprints.
 */

/**
 * How the relay, or one account of it, is doing. `empty`: nothing has come yet. `good`: everything arrives. `busy`: it
 * will, but there is a queue. `warning`: something to look at by day. `bad`: nothing arrives until somebody acts.
 */
export type Level = 'empty' | 'good' | 'busy' | 'warning' | 'bad'

/** The answer to "is everything arriving?". */
export interface Verdict {
  level: Level
  /** One or two words: `Yes`, `No`. */
  answer: string
  /** One sentence. */
  headline: string
  /** What to do; null: nothing. */
  remedy: string | null
}

/** What happened in a stretch of time. */
export interface Happened {
  /** Came in and had to be uploaded: new tokens, changed tokens, and rejected ones that somebody tried again. */
  queued: number
  accepted: number
  rejected: number
}

/**
 * Equal steps of time, oldest first, the last one still running. In a list `null` is a step of which nothing is known,
 * because this process was not running then.
 */
export interface Series {
  /** When the first step began. */
  startsAt: number
  stepMs: number
  queued: readonly (number | null)[]
  accepted: readonly (number | null)[]
  rejected: readonly (number | null)[]
  /** Records that waited or were being uploaded, at the end of the step. */
  waiting: readonly (number | null)[]
  /** Upload latency as this process saw it: half of the requests were faster, and 95 of 100. */
  latencyP50Ms: readonly (number | null)[]
  latencyP95Ms: readonly (number | null)[]
}

export const ranges = ['live', 'hour', 'day'] as const
/** `live`: the last five minutes by five seconds; `hour`: by the minute; `day`: by ten minutes. */
export type Range = (typeof ranges)[number]

/** Time from an upload request to CleverTap's answer, as this process saw it. */
export interface Latency {
  /** How far back the requests go. */
  overMs: number
  requests: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
}

export type UploadMode = 'ok' | 'throttled' | 'failing' | 'suspended'

/** How the uploads of an account go. */
export interface UploadHealth {
  state: UploadMode
  /** When it came to that state; null: it has been since this process started. */
  since: number | null
  /** When the next request will be sent; null: as soon as there is something to send. */
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

/** What all rejected records of one code have in common. */
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
  /** CleverTap's own words. */
  text: string
}

/** Another process that uploads from the same store, as it described itself lately. */
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
    /** Of backends, tickets and accepted registration keys. */
    live: number
    /** Of browsers that proved nothing. */
    unproved: number
    import: number
    uploading: number
    /** When the record that has been in the queue longest was received; null: the queue is empty. */
    oldestReceivedAt: number | null
    /** How long the queue will take at the present rate; null when there is none to speak of, or no rate. */
    etaMs: number | null
  }
  /** How full the queue is, by whose records. Imports have no limit. */
  capacity: {
    live: { waiting: number; limit: number }
    /** `evicted`: in the last day, records that gave way because this capacity was full. */
    unproved: { waiting: number; limit: number; evicted: number }
  }
  /**
   * Browsers that are registered: heard of in the last 30 days, and idle, whose key holds no longer. In the last day: refused
   * because another browser has the objectId, and takeovers of such an objectId.
   */
  browsers: { heard: number; idle: number; refused: number; takeovers: number }
  /** Settled records in the store. */
  settled: { accepted: number; rejected: number; withdrawn: number }
  last: { minute: Happened | null; hour: Happened; day: Happened }
  series: Readonly<Record<Range, Series>>
  latency: Latency | null
  /** Requests to CleverTap: in flight from all processes, allowed to this one now, allowed to all together. */
  slots: { inFlight: number; limit: number; concurrency: number }
  rejected: { codes: readonly RejectedCode[]; latest: readonly Rejection[] }
  /** What else happened in the last day, by the names of the store's events. */
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
  /** Whether the store takes records. While it does not, all numbers of the accounts are the last ones that were read. */
  store: { kind: string; ok: boolean; reason: string | null }
  accounts: readonly AccountStatus[]
}

/** What the page shows at a time: one account, and how the others are. */
export interface PageState extends Omit<StatusSnapshot, 'accounts'> {
  account: AccountStatus
  accounts: readonly { account: string; level: Level }[]
}
