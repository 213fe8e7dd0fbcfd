/**
 * A fault that the simulator shows on request. It waits in a queue until a call fits it:
 *
 * - `reject` faults add up: each one that fits a record of the call refuses that record.
 * - Of the other faults, only the first one in the queue that fits is used.
 *
 * A fault is taken when the call's body has arrived; a `reset` at `request`, when the headers have arrived. The call counts as
 * in flight once its headers have arrived. A call that is refused anyway (wrong passcode, too many in flight, malformed) uses
 * up no fault.
 */
export type Fault = FaultScope & FaultEffect

/** Which calls a fault hits, and how often. */
export interface FaultScope {
  /** Number of calls with the fault (for `reject`: per objectId). Default 1; `always`: until it is cleared. */
  times?: number | 'always'
  /** Applies only to every n-th call that fits: the n-th, the 2n-th and so on. Default 1. */
  every?: number
  /** `upload` (default) is `POST /1/upload`, `profile` is `GET /1/profile.json`. */
  on?: 'upload' | 'profile'
  /** Applies only to dry runs (`true`) or only to real uploads (`false`). Default: both. */
  dryRun?: boolean
  /**
   * Applies only to calls with a record for one of these profiles; `reject` refuses only their records. A function is
   * possible in the same process, not over HTTP.
   */
  objectIds?: readonly string[] | ((objectId: string) => boolean)
  /**
   * Whether the records are stored although the answer is faulty, as when a connection breaks after the work was done.
   * Default: `true` for faults that damage an answer (`reset` in the body, `truncated`, `counts`, `echo`), `false` for
   * faults that replace it (`status`, `hang`, other resets, `html`, `no-items`). The other faults ignore it.
   */
  applied?: boolean
}

/** The effect of a fault. */
export type FaultEffect =
  /** Answers correctly, but `ms` later, in addition to `latencyMs`. */
  | { kind: 'latency'; ms: number }
  /**
   * Answers with this status. The default body is CleverTap's flat `{status, error, code}`; an object is sent as JSON, a
   * string as it is. `retryAfter` is sent as the Retry-After header: seconds, or an HTTP date.
   */
  | {
      kind: 'status'
      status: number
      body?: string | object
      retryAfter?: number | string
      headers?: Readonly<Record<string, string>>
    }
  /** Never answers. The socket stays open until the caller closes it or the simulator stops. */
  | { kind: 'hang' }
  /**
   * Resets the connection. `request`: after the request's headers, so `objectIds` is not allowed. `answer` (default): instead of
   * an answer. `body`: in the middle of the answer's body.
   */
  | { kind: 'reset'; at?: 'request' | 'answer' | 'body' }
  /** A 200 with an HTML page, as from a proxy or captive portal. */
  | { kind: 'html' }
  /** A 200 whose JSON ends half-way, in a complete HTTP message. */
  | { kind: 'truncated' }
  /** Refuses single records with this code. The default message is CleverTap's for the code. */
  | { kind: 'reject'; code: number; error?: string }
  /** `{"status":"fail","processed":0,"unprocessed":[]}`: the whole call failed without a reason. */
  | { kind: 'no-items' }
  /** The correct items, but this number as `processed`. */
  | { kind: 'counts'; processed: number }
  /**
   * Alters the items of refused records. The echoed `record` is omitted, or `changed` (members in another order, keys in another
   * alphabet, one extra member). The record number in the message is omitted, or off by one.
   */
  | { kind: 'echo'; record?: 'omitted' | 'changed'; number?: 'omitted' | 'shifted' }
  /** The correct answer in pieces of `bytes` (default 1), one every `ms`. */
  | { kind: 'trickle'; ms: number; bytes?: number }

export type FaultKind = FaultEffect['kind']
