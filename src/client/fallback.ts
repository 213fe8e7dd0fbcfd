import { limit } from '../browser/limit.ts'
import { isHandedTo } from '../browser/reason.ts'
import type { Row } from '../browser/row.ts'
import type { Settings } from './options.ts'

/** What a fallback is told beside the subscription. */
export interface FallbackContext {
  readonly objectId: string
  readonly vapidPublicKey: string
  readonly registration: ServiceWorkerRegistration
}

/**
 * Takes a subscription that the relay does not accept. Resolves to the reason for the status; a rejection leaves the
 * reason `push-service-not-accepted`, and it is called again at the next sync.
 */
export type Fallback = (subscription: PushSubscription, context: FallbackContext) => Promise<`handed-to-${string}`>

/**
 * Hands a subscription that the relay has just refused, or that no fallback has taken yet, to the site's fallback. What it
 * resolves to becomes the row's reason, which stays until the relay is asked again: that is once for a subscription and
 * objectId, and after `refreshAfterDays`. Never rejects.
 */
export const handOver = async (
  row: Row,
  live: PushSubscription,
  registration: ServiceWorkerRegistration,
  { fallback, timeoutMs, log }: Settings,
): Promise<void> => {
  // Edge on Windows: no other receiver can use its tokens, and CleverTap's SDK would take them for Chrome's.
  if (!fallback || new URL(live.endpoint).hostname.endsWith('.notify.windows.com')) return
  try {
    const { objectId, vapidKey: vapidPublicKey } = row
    const reason: unknown = await limit(() => fallback(live, { objectId, vapidPublicKey, registration }), timeoutMs * 3)
    if (isHandedTo(reason)) row.reason = reason
    log('fallback', reason)
  } catch (cause) {
    log('fallback', cause)
  }
}
