import type { Fault, FaultKind } from './fault.ts'

/** Options of the simulator. Unknown names are refused with a `TypeError`. */
export interface SimulatorOptions {
  /** Port to listen on. Default 0: any free port. */
  port?: number
  /** `127.0.0.1` by default. */
  host?: string
  /** `SIM-000-0000` by default. */
  accountId?: string
  /** `sim-passcode` by default. */
  passcode?: string
  /** Limit of uploads in flight; further ones get 429. Default 3, as documented. */
  limit?: number
  /** Time from a call's arrival to its answer, in ms. The call counts as in flight meanwhile. Default 0. */
  latencyMs?: number
  /**
   * Whether a profile's token can be replaced. `keep`, the default, is documented: the answer is success, the old token
   * stays, and the Live Error Stream gets an entry. `replace` stores the new token.
   */
  rotation?: 'keep' | 'replace'
  /**
   * `padded`, the default, accepts keys only in the format of the documented samples: URL-safe and padded. `any` also
   * accepts keys without padding, as browsers give them.
   */
  keyPadding?: 'padded' | 'any'
  /** The profiles that exist: a record for another one is refused with 530. Default: every profile exists. */
  knownObjectIds?: readonly string[]
  /** Whether `received()` keeps the records of every call; `false` saves memory in long runs. `true` by default. */
  keepRecords?: boolean
  /** Called after each call, also after an aborted one. Must not throw. */
  onCall?: (call: Call) => void
  /** Milliseconds since 1970. */
  now?: () => number
}

/** A recorded call to one of CleverTap's routes. Calls to `/_sim/…` are not recorded. */
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
  /** Calls to the same route in flight when this one arrived, this one included. */
  inFlight: number
  /** Number of records; 0 when the body could not be read. */
  size: number
  /** The records exactly as sent, in their order; empty with `keepRecords: false`. */
  records: readonly unknown[]
  /** Status of the answer; `null` when no complete answer was sent (hang, reset, or the caller disconnected). */
  status: number | null
  /** Numbers of processed and of unprocessed records in the answer. */
  processed: number
  unprocessed: number
  /** Numbers of refused records, by code. */
  codes: Readonly<Record<number, number>>
  /** Why the whole call was refused, in words; `null` otherwise. */
  refusal: string | null
  /** The kind of the fault that applied; `reject` only if there was no other. */
  fault: FaultKind | null
}

/** The token of a profile, as it was sent. */
export interface StoredToken {
  objectId: string
  id: string
  type: string
  keys?: { p256dh: string; auth: string }
}

/** A profile (one device of a user) and its token. */
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

/** An entry of the Live Error Stream: CleverTap answered success and did not store the token. */
export interface LiveError {
  /** Milliseconds since 1970. */
  at: number
  objectId: string
  /** The type of the token that was not stored. */
  type: string
  message: string
}

/** Counts since the start or the last `clear()`. */
export interface Counts {
  calls: number
  /** Calls answered with 429, because of the limit or a fault. */
  tooMany: number
  /** Largest number of uploads in flight, including refused ones. */
  peakInFlight: number
  /** Records of real uploads: accepted, rejected, and accepted although the profile already had the same token. */
  accepted: number
  rejected: number
  duplicates: number
}

/**
 * A strict local CleverTap. It keeps its data in memory only.
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
  /** All calls that have ended, in the order of their arrival. A live view: it grows, and `clear` empties it. */
  received(): readonly Call[]
  /** By objectId. */
  readonly profiles: ReadonlyMap<string, Profile>
  /** The Live Error Stream, oldest first. */
  readonly errors: readonly LiveError[]
  readonly counts: Readonly<Counts>
  readonly peakInFlight: number
  /** Calls to `/1/upload` in flight. */
  readonly inFlight: number
  /** Adds faults to the end of the queue. Throws a `TypeError` for an invalid one. */
  fail(...faults: readonly Fault[]): void
  /** Removes all faults from the queue. Calls that hang go on hanging. */
  clearFaults(): void
  /** Adds existing profiles. Only useful with `knownObjectIds`. */
  addProfiles(...objectIds: readonly string[]): void
  /**
   * Resolves when the condition is true. Checks it at once, whenever a call arrives, and whenever one ends. Rejects after
   * `timeoutMs` (120,000) with the counts in the message.
   */
  until(condition: (simulator: Simulator) => boolean, timeoutMs?: number): Promise<void>
  /** Clears calls, tokens of profiles, errors, counts and faults. */
  clear(): void
  /** Closes all connections, also those that hang. Can be called more than once. */
  stop(): Promise<void>
}
