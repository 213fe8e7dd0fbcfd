import { limit } from '../browser/limit.ts'
import { filled, members } from '../browser/members.ts'
import type { Row } from '../browser/row.ts'
import { PushError, within } from './errors.ts'
import type { Settings } from './options.ts'
import { pause } from './pause.ts'

/** The step at `PushManager`. */
const step = 'push-service-unavailable'
const retryMs = 200

/**
 * The VAPID public key: the option, else the stored key if it is fresh, else the relay's, else the stored key.
 *
 * @throws PushError `relay-refused` when the relay cannot be asked or has none
 */
export const findVapidKey = async (
  { vapidPublicKey, base, fetch, timeoutMs }: Settings,
  row: Row,
  isFresh: boolean,
): Promise<string> => {
  let reason = 'unreachable'
  const ask = async () => {
    const body: unknown = await (await fetch(`${base}config`)).json()
    reason = 'no-vapid-key'
    return filled(members(body)?.vapidPublicKey)
  }
  const key =
    vapidPublicKey ?? ((isFresh && row.vapidKey) || (await limit(ask, timeoutMs).catch(() => {})) || row.vapidKey)
  if (!key) throw new PushError('relay-refused', true, reason, true)
  return key
}

/** Unsubscribes, if there is a subscription and, with `only`, if it has that endpoint. Returns its endpoint. */
const end = async (pushManager: PushManager, only?: string): Promise<string | undefined> => {
  const live = await pushManager.getSubscription()
  const endpoint = live?.endpoint
  if ((only ?? endpoint) === endpoint) await live?.unsubscribe()
  return endpoint
}

/**
 * Returns the live subscription that was made with the row's VAPID key, or makes one. A subscription with another key is
 * replaced, and its endpoint becomes `row.last`.
 *
 * Called with the key of the live subscription, `PushManager.subscribe` returns that subscription without a request; with any
 * other key it fails (Push API, `subscribe`; tried in Chromium and Firefox). So the browser compares the keys, and Pushferry
 * need not trust what page, storage or another library say about them.
 *
 * @throws PushError
 */
export const subscribe = async (
  { pushManager }: ServiceWorkerRegistration,
  row: Row,
  { timeoutMs }: Settings,
): Promise<PushSubscription> => {
  const attempt = async (): Promise<PushSubscription> => {
    const options = { userVisibleOnly: true, applicationServerKey: row.vapidKey }
    const live: PushSubscription | null = await pushManager.subscribe(options)
    // Firefox for Android resolves with null (mozilla-mobile/fenix 20365).
    if (!live) throw null
    return live
  }
  const attemptAgain = async (cause: unknown): Promise<PushSubscription> => {
    await pause(retryMs)
    if (members(cause)?.name === 'InvalidStateError') row.last = (await end(pushManager)) ?? row.last
    return attempt()
  }
  return within(step, timeoutMs, () => attempt().catch(attemptAgain))
}

/** Unsubscribes the worker, if there is one: from any subscription, or only from that with endpoint `only`. @throws PushError */
export const unsubscribe = (
  worker: ServiceWorkerRegistration | undefined,
  { timeoutMs }: Settings,
  only?: string,
): Promise<unknown> => within(step, timeoutMs, async () => worker && end(worker.pushManager, only))
