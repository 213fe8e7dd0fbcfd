import { identityOf } from '../browser/deliver.ts'
import { limit } from '../browser/limit.ts'
import { dayMs, type Row } from '../browser/row.ts'
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

/** Edge on Windows: no other receiver can use its tokens, and CleverTap's SDK would take them for Chrome's. */
const isWindowsService = (endpoint: string): boolean => new URL(endpoint).hostname.endsWith('.notify.windows.com')

/** The reason that the fallback gave for just this registration, if it has one. */
export const handedTo = (row: Row, live: PushSubscription): `handed-to-${string}` | undefined =>
  row.reason === 'push-service-not-accepted' && row.handed === identityOf(row.objectId, live)
    ? // The cast: `handOver` stores nothing else, and a row that somebody changed only shows another word.
      (row.handedTo as `handed-to-${string}`)
    : undefined

/** Hands the subscription over where the relay does not accept it, once for each objectId and endpoint. Never rejects. */
export const handOver = async (
  row: Row,
  live: PushSubscription,
  registration: ServiceWorkerRegistration,
  { fallback, refreshAfterDays, timeoutMs, log }: Settings,
): Promise<void> => {
  if (!fallback || row.reason !== 'push-service-not-accepted' || isWindowsService(live.endpoint)) return
  const identity = identityOf(row.objectId, live)
  if (row.handed === identity && Date.now() - row.handedAt < refreshAfterDays * dayMs) return
  try {
    const { objectId, vapidKey: vapidPublicKey } = row
    const reason: unknown = await limit(() => fallback(live, { objectId, vapidPublicKey, registration }), timeoutMs * 3)
    if (typeof reason !== 'string' || !reason.startsWith('handed-to-'))
      throw new TypeError('The fallback must resolve to a string that begins with handed-to-.')
    row.handedTo = reason
    row.handed = identity
    row.handedAt = Date.now()
    log(reason)
  } catch (cause) {
    log('the fallback did not take the subscription', cause)
  }
}
