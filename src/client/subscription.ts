import type { Row } from '../browser/row.ts'
import { readFailure, within } from './errors.ts'
import type { Settings } from './options.ts'
import { pause } from './pause.ts'

const retryMs = 200
const tries = 3

/**
 * The VAPID public key: the option, or the one from before while that is fresh, or the relay's.
 *
 * @throws PushError `relay-refused` when the relay cannot be asked or has none
 */
export const findVapidKey = async (
  { vapidPublicKey, base, fetch, timeoutMs, log }: Settings,
  row: Row,
  isFresh: boolean,
): Promise<string> => {
  if (vapidPublicKey) return vapidPublicKey
  if (isFresh && row.vapidKey) return row.vapidKey
  log('asks the relay for its VAPID key')
  const ask = async () => {
    const body: unknown = await (await fetch(`${base}config`)).json()
    const { vapidPublicKey: key } = Object(body) as { vapidPublicKey?: unknown }
    if (typeof key !== 'string' || !key) throw new Error('The relay has no VAPID public key.')
    return key
  }
  return within('relay-refused', timeoutMs, ask).catch((error: unknown) => {
    if (row.vapidKey) return row.vapidKey
    throw error
  })
}

/**
 * Returns the live subscription of the row's VAPID key, or makes one. One of another key is replaced, and the row then
 * has its endpoint as `last`.
 *
 * With the key of the live subscription `subscribe` returns just that, and asks nobody; with any other key it fails (Push
 * API, `subscribe`; tried in Chromium and Firefox). So the browser compares the keys, and nothing has to be believed that
 * page, storage or another library says of them.
 *
 * @throws PushError
 */
export const subscribe = async (
  { pushManager }: ServiceWorkerRegistration,
  row: Row,
  { timeoutMs, log }: Settings,
): Promise<PushSubscription> => {
  const attempt = async (left: number): Promise<PushSubscription | null> => {
    try {
      return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: row.vapidKey })
    } catch (cause) {
      const failure = readFailure('push-service-unavailable', cause)
      log('could not subscribe', cause)
      if (left <= 1 || !failure.retryable) throw failure
      await pause(retryMs)
      if (cause instanceof Error && cause.name === 'InvalidStateError') {
        const old = await pushManager.getSubscription()
        row.last = old?.endpoint ?? row.last
        await old?.unsubscribe()
      }
      return attempt(left - 1)
    }
  }
  const live = await within('push-service-unavailable', timeoutMs, () => attempt(tries))
  // Firefox for Android (mozilla-mobile/fenix 20365).
  if (!live) throw readFailure('push-service-unavailable', live)
  return live
}

/** Ends the subscription of a worker that may not be there. @throws PushError */
export const unsubscribe = (
  worker: ServiceWorkerRegistration | undefined,
  { timeoutMs }: Settings,
): Promise<boolean | undefined> =>
  within('push-service-unavailable', timeoutMs, async () =>
    (await worker?.pushManager.getSubscription())?.unsubscribe(),
  )
