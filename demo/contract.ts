import type { UploadMode } from '../src/relay/operations/status/view/snapshot.ts'
import type { TokenStatus } from '../src/relay/store/port.ts'
import type { Counts, LiveError, Profile } from '../src/simulator/simulator.ts'
import type { TokenRecord } from '../src/wire/record.ts'

/*
 * The messages between the demo's server and its page. Types only: the server is checked with Node's types, the page with the DOM's,
 * and both with these.
 */

/** How the simulated CleverTap behaves; modes.mjs has the failures of each mode. */
export type Mode = 'working' | 'too-many' | 'outage' | 'refused'

/** The server's data that the page shows. Sent whole whenever something in it has changed. */
export interface Snapshot {
  relay: { url: string; readiness: Readiness | null }
  clevertap: SimulatedClevertap | RealClevertap
  /** The relay's state of the page's tokens, by objectId; null where it has none. */
  tokens: Readonly<Record<string, TokenStatus | null>>
  /** CleverTap's viewed and clicked requests of test notifications, which this server receives instead. */
  reports: readonly Report[]
  /** Why no test notification can be sent; null when it can. */
  noTestPush: string | null
}

/** The body of the relay's `GET /readyz`. */
export interface Readiness {
  status: 'ok' | 'degraded'
  accounts: Readonly<Record<string, { status: 'ok' | 'degraded'; upload: UploadMode }>>
}

export interface RealClevertap {
  simulated: false
  accountId: string
  /** Where uploads go, such as `https://eu1.api.clevertap.com`. */
  url: string
  /** Whether pages subscribe with the operator's VAPID key, so that CleverTap itself can push to them. */
  hasOwnKey: boolean
}

export interface SimulatedClevertap {
  simulated: true
  accountId: string
  url: string
  mode: Mode
  counts: Counts
  /** Newest first. */
  calls: readonly CallSummary[]
  /** Newest first. */
  profiles: readonly Profile[]
  /** The Live Error Stream, newest first. */
  errors: readonly LiveError[]
  /** The newest call with a record of each objectId that the page asks about. */
  deliveries: Readonly<Record<string, Delivery>>
}

export interface CallSummary {
  number: number
  /** Milliseconds since 1970. */
  at: number
  tookMs: number
  size: number
  /** Null when no answer was sent. */
  status: number | null
  processed: number
  unprocessed: number
}

export interface Delivery {
  call: CallSummary
  /** As CleverTap received it. */
  record: TokenRecord
}

export interface Report {
  what: 'viewed' | 'clicked'
  /** The number of the test notification. */
  test: number
  /** Milliseconds since 1970. */
  at: number
}

/** The answer to the page's `POST /demo/test`. */
export interface TestPushAnswer {
  test: number
  /** The answer of the browser's push service; null when it could not be reached. */
  status: number | null
  /** Explanation of the answer. */
  message: string
  /** The message before encryption. */
  payload: unknown
}

/** The answer to the page's `POST /demo/upload`. */
export interface UploadAnswer {
  status: number
  body: unknown
}
