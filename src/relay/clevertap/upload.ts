import type { TokenRecord } from '../../wire/record.ts'
import type { Answer } from './exchange.ts'

/**
 * What became of an upload request. Where requests wait for their turn, `waitedMs` is how long this one did; `unsent` is one
 * that waited and came back, because another one had no good answer or because it was called back.
 */
export type Sent = (Answer & { waitedMs?: number }) | { kind: 'unsent' }

/**
 * How an upload request is made: `ClevertapClient.upload`, the same on a thread of its own, or a stand-in. `atOnce` is how
 * many requests, this one included, may be in flight when it is sent; who cannot let it wait is not given more.
 */
export type Upload = (
  records: readonly TokenRecord[],
  options: { signal: AbortSignal; traceparent?: string; body?: string; atOnce: number },
) => Promise<Sent>

/** Requests that an `Upload` lets wait, so that each place in flight is filled in the moment in which it becomes free. */
export interface WaitingLine {
  /** How many may wait now. */
  room(): number
  /** Lets those that wait come back unsent. */
  recall(): void
}
