import type { TokenRecord } from '../../wire/record.ts'
import type { Answer } from './exchange.ts'

/**
 * The result of an upload request. `waitedMs` is the time that it was queued. `unsent`: it was queued and returned,
 * because another request failed or because the queue was recalled.
 */
export type Sent = (Answer & { waitedMs?: number }) | { kind: 'unsent' }

/**
 * Makes an upload request: `ClevertapClient.upload`, the sender thread, or a fake. `atOnce` is the limit of requests in
 * flight, this one included, when it is sent. An `Upload` without a queue never gets more requests than that.
 */
export type Upload = (
  records: readonly TokenRecord[],
  options: { signal: AbortSignal; traceparent?: string; body?: string; atOnce: number },
) => Promise<Sent>

/** Requests that an `Upload` keeps queued, so that the next one follows at once when another one ends. */
export interface RequestQueue {
  /** Number of requests that may be queued now. */
  capacity(): number
  /** Returns all queued requests unsent. */
  recall(): void
}
