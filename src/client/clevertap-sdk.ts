import { limit } from '../browser/limit.ts'
import type { Fallback } from './fallback.ts'
import { poll } from './pause.ts'

/** The globals of CleverTap's Web SDK (1.10.0 or later). `clevertap` is a stub until the SDK has loaded. */
interface SdkPage {
  readonly clevertap?: {
    getAccountID?(): unknown
    getCleverTapID?(): unknown
    readonly notifications?: {
      setApplicationServerKey(key: string): void
      setUpWebPushNotifications(callback: () => void, serviceWorkerPath: string): void
    }
  }
  readonly $WZRK_WR?: { isMuted?(): boolean }
}

/** Finds the part of the SDK that takes a subscription, if it would send one for this objectId now. */
const findReady = (objectId: string) => () => {
  // The cast: another script defines these globals.
  const { clevertap, $WZRK_WR } = self as unknown as SdkPage
  // The SDK has its methods as soon as it is imported; before `init` it would send without an account.
  const isReady = clevertap?.getAccountID?.() && clevertap.getCleverTapID?.() === objectId
  // Not for a user who has opted out.
  return isReady && !objectId.endsWith(':OO') && !$WZRK_WR?.isMuted?.() ? clevertap?.notifications : undefined
}

const fail = (problem: string): never => {
  throw new Error(`CleverTap Web SDK ${problem}`)
}

/**
 * Makes a fallback that hands subscriptions of Firefox and Safari to the CleverTap Web SDK on the page, by two of its
 * public methods. Those methods subscribe again; with the same worker and VAPID key the browser gives them the
 * subscription that Pushferry has made.
 *
 * The SDK registers the worker's script without a scope, as a classic script. So the script must lie in the folder that is
 * its scope, such as `/pushferry/sw.js`: in any other folder the SDK would register a second worker, and could replace the
 * site's own.
 *
 * Nobody can acknowledge a hand-over: the SDK does not say what CleverTap has answered.
 *
 * @param timeoutMs limit for the SDK to load and to find its ID, and again for it to take the subscription. Default:
 *   10 000, a third of what `createPush` gives a fallback by default
 * @example
 * const push = createPush({ relay: 'https://push.example.com', fallback: clevertapSdk() })
 */
export const clevertapSdk =
  ({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Fallback =>
  async (subscription, { objectId, vapidPublicKey, registration }) => {
    const scriptURL = registration.active?.scriptURL ?? ''
    if (registration.scope !== new URL('.', scriptURL).href) fail('needs another scope')
    const sdk = (await poll(findReady(objectId), timeoutMs)) ?? fail('is not ready')
    sdk.setApplicationServerKey(vapidPublicKey)
    // The whole URL, with its query, is the script that is already registered, so the browser keeps that registration. Given a
    // bare path at the root, the SDK would subscribe `navigator.serviceWorker.ready` instead, which can be another registration.
    await limit(() => new Promise<void>((resolve) => sdk.setUpWebPushNotifications(resolve, scriptURL)), timeoutMs)
    const live = await registration.pushManager.getSubscription()
    if (live?.endpoint !== subscription.endpoint) fail('has another VAPID key')
    return 'handed-to-clevertap-sdk'
  }
