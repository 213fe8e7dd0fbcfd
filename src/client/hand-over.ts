import { limit } from '../browser/limit.ts'
import { withLock } from '../browser/lock.ts'
import { isHandedTo } from '../browser/reason.ts'
import type { Row } from '../browser/row.ts'
import type { Client } from './reconcile.ts'
import { findWorker } from './worker.ts'

/** Whether the row has a reason other than a fallback's: the relay has not acknowledged the registration. */
export const isRefused = ({ reason }: Row): boolean => !!reason && !isHandedTo(reason)

/** Whether the relay does not take this push service, and no fallback has the subscription yet. */
export const isForFallback = ({ reason }: Row): boolean => reason === 'push-service-not-accepted'

/**
 * Hands a subscription that the relay does not take to the site's fallback. Its result becomes the row's reason, which
 * stays until the relay is asked again: so the fallback is called once for a subscription and objectId, and again after
 * `refreshAfterDays`.
 *
 * Runs one call at a time, in a lock of its own instead of the verbs' lock, because a fallback may wait for another script.
 * So the row is read both before and after the call.
 *
 * @returns the row, as it was written. Never rejects
 */
export const handOver = (client: Client): Promise<Row> => {
  const { fallback, timeoutMs, rows, log } = client
  const handOverOnce = async () => {
    const row = await rows.read()
    const ask = async () => {
      const registration = await findWorker(client)
      const live = await registration?.pushManager.getSubscription()
      // Edge on Windows: no other receiver can use its tokens, and CleverTap's SDK would take them for Chrome's.
      if (!registration || !live || live.endpoint.includes('.notify.windows.com/') || !isForFallback(row))
        return undefined
      return fallback?.(live, { objectId: row.objectId, vapidPublicKey: row.vapidKey, registration })
    }
    const answer: unknown = await limit(ask, timeoutMs * 3).catch((cause: unknown) => cause)
    log('fallback', answer)
    return withLock(async () => {
      const now = await rows.read()
      if (isHandedTo(answer) && now.settled === row.settled) now.reason = answer
      await rows.write(now)
      return now
    }, timeoutMs)
  }
  return withLock(handOverOnce, timeoutMs * 3, 'pushferry-fallback')
}
