import { filled, members } from '../browser/members.ts'
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
  { vapidPublicKey, base, fetch, timeoutMs }: Settings,
  row: Row,
  isFresh: boolean,
): Promise<string> => {
  if (vapidPublicKey) return vapidPublicKey
  if (isFresh && row.vapidKey) return row.vapidKey
  const ask = async () => {
    const body: unknown = await (await fetch(`${base}config`)).json()
    const key = filled(members(body)?.vapidPublicKey)
    if (!key) throw new Error('The relay has no VAPID public key.')
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
  { timeoutMs }: Settings,
): Promise<PushSubscription> => {
  const attempt = async (left: number): Promise<PushSubscription> => {
    try {
      const live: PushSubscription | null = await pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: row.vapidKey,
      })
      // Firefox for Android (mozilla-mobile/fenix 20365).
      if (live) return live
      throw null
    } catch (cause) {
      const failure = readFailure('push-service-unavailable', cause)
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
  return within('push-service-unavailable', timeoutMs, () => attempt(tries))
}

/** Ends the subscription of a worker that may not be there. @throws PushError */
export const unsubscribe = (
  worker: ServiceWorkerRegistration | undefined,
  { timeoutMs }: Settings,
): Promise<boolean | undefined> =>
  within('push-service-unavailable', timeoutMs, async () =>
    (await worker?.pushManager.getSubscription())?.unsubscribe(),
  )
