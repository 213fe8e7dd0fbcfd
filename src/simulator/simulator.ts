import type { Fault, FaultKind } from './fault.ts'

/** What the strict local CleverTap is told at its start. Unknown names are refused with a `TypeError`. */
export interface SimulatorOptions {
  /** 0, the default, takes a free port. */
  port?: number
  /** `127.0.0.1` by default. */
  host?: string
  /** `SIM-000-0000` by default. */
  accountId?: string
  /** `sim-passcode` by default. */
  passcode?: string
  /** Uploads that may be in flight at once; one more is answered 429. 3 by default, as documented. */
  limit?: number
  /** How long after its arrival a call is answered; it counts as in flight meanwhile. 0 by default. */
  latencyMs?: number
  /**
   * What becomes of a token for a profile that has another one already. `keep`, the default, is what the API document
   * says: the answer is success, the old token stays, and the Live Error Stream gets an entry. `replace` takes the new.
   */
  rotation?: 'keep' | 'replace'
  /**
   * `padded`, the default, takes keys only as the documented samples have them: URL-safe and padded. `any` also takes
   * them without padding, as browsers write them.
   */
  keyPadding?: 'padded' | 'any'
  /** The only profiles there are: a record for any other is refused with 530. By default every profile is there. */
  knownObjectIds?: readonly string[]
  /** Whether `received()` keeps the records of every call; `false` saves memory in long runs. `true` by default. */
  keepRecords?: boolean
  /** Is told of each call when it is over, also of one that was cut off. Must not throw. */
  onCall?: (call: Call) => void
  /** Milliseconds since 1970. */
  now?: () => number
}

/** One call to one of CleverTap's routes, as it was seen and answered. Calls to `/_sim/…` are not recorded. */
export interface Call {
  /** 1 for the first that arrived. */
  number: number
  /** Milliseconds since 1970. */
  at: number
  tookMs: number
  method: string
  /** Without the query. */
  path: string
  dryRun: boolean
  /** Names in lower case. The passcode is replaced by `[redacted]`. */
  headers: Readonly<Record<string, string>>
  /** Calls to the same route that were open as this one arrived, itself included. */
  inFlight: number
  /** How many records it held; 0 where the body could not be read. */
  size: number
  /** The records exactly as sent, in their order; empty with `keepRecords: false`. */
  records: readonly unknown[]
  /** What was answered; `null` when no complete answer was sent (hang, reset, or the caller went away). */
  status: number | null
  /** Records that the answer calls processed, and those that it refuses. */
  processed: number
  unprocessed: number
  /** How many records were refused, by code. */
  codes: Readonly<Record<number, number>>
  /** Why the whole call was refused, in words; `null` otherwise. */
  refusal: string | null
  /** The kind of the fault that was used on it, `reject` only if there was no other. */
  fault: FaultKind | null
}

/** A token that a profile holds, as it was sent. */
export interface StoredToken {
  objectId: string
  id: string
  type: string
  keys?: { p256dh: string; auth: string }
}

/** A profile, that is to say one device of a user, and its token. */
export interface Profile {
  objectId: string
  /** As `/1/profile.json` names it: `Android`, `iOS`, `Windows` or `Web`. */
  platform: string
  token: StoredToken
  /** Milliseconds since 1970 at which `token` was stored. */
  storedAt: number
  /** How often `token` was delivered again after that. */
  duplicates: number
}

/** An entry of the Live Error Stream: what CleverTap answers as success and then does not do. */
export interface LiveError {
  /** Milliseconds since 1970. */
  at: number
  objectId: string
  /** The type of the token that was not stored. */
  type: string
  message: string
}

/** Sums since the start or the last `clear()`. */
export interface Counts {
  calls: number
  /** Calls answered 429, whether for the limit or by a fault. */
  tooMany: number
  /** Most uploads that were open at once, counting those that were refused for it. */
  peakInFlight: number
  /** Records of real uploads that were taken in, refused, or taken in again although the profile had that very token. */
  accepted: number
  rejected: number
  duplicates: number
}

/**
 * A strict local CleverTap. It holds everything in memory and forgets it when it stops.
 *
 * @example
 * const clevertap = await startSimulator()
 * clevertap.fail({ kind: 'status', status: 429, times: 2, retryAfter: 1 })
 * await upload(clevertap.url, clevertap.accountId, clevertap.passcode)
 * await clevertap.until(({ counts }) => counts.accepted === 1)
 * await clevertap.stop()
 */
export interface Simulator {
  /** The origin to give as `CLEVERTAP_URL`, such as `http://127.0.0.1:49321`. */
  readonly url: string
  readonly accountId: string
  readonly passcode: string
  /** Every call that is over, in the order in which they arrived. A live view, which grows and is emptied by `clear`. */
  received(): readonly Call[]
  /** By objectId. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** The Live Error Stream, oldest first. */
  readonly errors: readonly LiveError[]
  readonly counts: Readonly<Counts>
  readonly peakInFlight: number
  /** Calls to `/1/upload` that are open now. */
  readonly inFlight: number
  /** Puts faults at the end of the queue. Throws a `TypeError` for one that makes no sense. */
  fail(...faults: readonly Fault[]): void
  /** Takes every fault out of the queue. What hangs goes on hanging. */
  clearFaults(): void
  /** Adds profiles to those that are there; only of use with `knownObjectIds`. */
  addProfiles(...objectIds: readonly string[]): void
  /**
   * Settles as soon as the condition holds; it is asked at once, whenever a call arrives, and whenever one is over.
   * Rejects after `timeoutMs` (10 000) with the counts in the message.
   */
  until(condition: (simulator: Simulator) => boolean, timeoutMs?: number): Promise<void>
  /** Forgets calls, profiles' tokens, errors, counts and faults. */
  clear(): void
  /** Closes every connection, also those that hang. May be called twice. */
  stop(): Promise<void>
}
