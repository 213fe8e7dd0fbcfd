/** Headers that prove to the relay who is asking: a registration key, a ticket, or both. */
export type Proof = Record<string, string>

/**
 * What page and worker remember of one registration, in IndexedDB, under the scope of the worker. A cache: the browser's
 * live subscription is the truth, and a lost row costs one more request to the relay.
 *
 * The page makes it, mends it and decides whom the subscription belongs to; the worker only finishes what it finds. A new
 * row has the first three members only: all others then read as `undefined`, and every use is written to take that.
 */
export interface Row {
  /** The relay's browser routes: an absolute URL that ends in `/v1/`. */
  relay: string
  /** Proofs by CleverTap ID; kept after a withdrawal, for users who come back to this browser. */
  keys: Record<string, Proof>
  /** Withdrawals that the relay is owed: whose, and the proof that goes with it. */
  withdraw: Record<string, Proof>
  /** The VAPID public key that the subscription is made with, as browsers take it: URL-safe base64 without padding. */
  vapidKey: string
  /** The CleverTap ID that the subscription belongs to. */
  objectId: string
  /**
   * What the relay has had its last word on: objectId and endpoint. A subscription never changes, so the endpoint stands
   * for its keys. Empty once it is owed a withdrawal.
   */
  settled: string
  /** When it had (ms since 1970); 0 asks for another. */
  at: number
  /**
   * Why `objectId` is not registered: the relay's problem code, or the status of an answer without one, or `unreachable`.
   * Empty when it is. With `settled` up to date this was the relay's last word.
   */
  reason: string
  /** What our own back-off has chosen to wait (ms); 0 while nothing fails, and while the relay itself names the time. */
  waitMs: number
  /** Nothing is sent before (ms since 1970); 0 when nothing waits. */
  retryAt: number
  /** The endpoint that the relay knows, or that was given up: what the next one replaces. */
  last: string
  /** Whether the user has unregistered, so that no repair subscribes again. */
  off: 0 | 1 | undefined
}
