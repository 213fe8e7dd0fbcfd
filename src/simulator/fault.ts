/**
 * What the simulator can be told to do wrong. A fault waits in a queue until a call fits it:
 *
 * - `reject` faults add up: every one that fits a record of the call refuses that record.
 * - Of all the others the first in the queue that fits is used, and only that one.
 *
 * A fault is taken when the body of the call is there, which is later than the call counts as in flight.
 * A call that is refused for a fault of its own (wrong passcode, too many in flight, malformed) uses no fault up.
 */
export type Fault = FaultScope & FaultEffect

/** Which calls a fault hits, and how often. */
export interface FaultScope {
  /** How many calls are hit (for `reject`: how often each objectId is). 1 when left out; `always` until it is cleared. */
  times?: number | 'always'
  /** Hits only every n-th call that would fit: the n-th, the 2n-th and so on. 1 when left out. */
  every?: number
  /** `upload` (when left out) is `POST /1/upload`, `profile` is `GET /1/profile.json`. */
  on?: 'upload' | 'profile'
  /** Hits only dry runs (`true`) or only real uploads (`false`); both when left out. */
  dryRun?: boolean
  /**
   * Hits only calls that name one of these profiles; `reject` refuses only their records. A function can be given in
   * the process, not over HTTP.
   */
  objectIds?: readonly string[] | ((objectId: string) => boolean)
  /**
   * Whether the records are taken in although the answer goes wrong, as when a connection breaks after the work was
   * done. Left out: `true` for what spoils an answer (`reset` in the body, `truncated`, `counts`, `echo`), `false` for
   * what takes its place (`status`, `hang`, other resets, `html`, `no-items`). No meaning for the rest.
   */
  applied?: boolean
}

/** What a fault does. */
export type FaultEffect =
  /** Answers correctly, but this much later than `latencyMs` already makes it. */
  | { kind: 'latency'; ms: number }
  /**
   * Answers with this status. The body is CleverTap's flat `{status, error, code}` unless one is given; an object is
   * sent as JSON, a string as it is. `retryAfter` becomes the header of that name: seconds, or an HTTP date.
   */
  | {
      kind: 'status'
      status: number
      body?: string | object
      retryAfter?: number | string
      headers?: Readonly<Record<string, string>>
    }
  /** Never answers; the socket stays open until the caller gives up or the simulator stops. */
  | { kind: 'hang' }
  /**
   * Breaks the connection: as soon as the head of the request is there (`request`; `objectIds` cannot be told yet and
   * must be left out), instead of an answer (`answer`, when left out), or in the middle of its body (`body`).
   */
  | { kind: 'reset'; at?: 'request' | 'answer' | 'body' }
  /** A 200 with an HTML page in it, as a proxy or captive portal answers. */
  | { kind: 'html' }
  /** A 200 whose JSON ends half-way, the HTTP message itself being complete. */
  | { kind: 'truncated' }
  /** Refuses records one by one with this code. The text is CleverTap's for the code unless one is given. */
  | { kind: 'reject'; code: number; error?: string }
  /** `{"status":"fail","processed":0,"unprocessed":[]}`: all of it failed, nobody knows why. */
  | { kind: 'no-items' }
  /** The right items, but this number as `processed`. */
  | { kind: 'counts'; processed: number }
  /**
   * The items of refused records come back altered: the echoed `record` left out or `changed` (members in another
   * order, keys of another alphabet, one member more), or the record number in the text left out or off by one.
   */
  | { kind: 'echo'; record?: 'omitted' | 'changed'; number?: 'omitted' | 'shifted' }
  /** The right answer in pieces of `bytes` (1 when left out), one every `ms`. */
  | { kind: 'trickle'; ms: number; bytes?: number }

export type FaultKind = FaultEffect['kind']
