import type { Fallback } from './fallback.ts'
import { pause } from './pause.ts'

/** The public methods of the CleverTap Web SDK that are used (1.10.0 and later). */
interface Sdk {
  getCleverTapID?(): unknown
  getAccountID?(): unknown
  readonly notifications?: {
    setApplicationServerKey?(key: string): void
    setUpWebPushNotifications?(callback: () => void, serviceWorkerPath: string): void
  }
}

/** The page, as far as the SDK has put something there. */
interface SdkPage {
  readonly clevertap?: Sdk
  readonly $WZRK_WR?: { isMuted?(): boolean }
}

const pollMs = 200

/** Why the SDK cannot take a subscription of this objectId yet, or `undefined`. */
const missing = ({ clevertap, $WZRK_WR }: SdkPage, objectId: string): string | undefined => {
  if (typeof clevertap?.notifications?.setUpWebPushNotifications !== 'function')
    return 'is not on this page, or older than 1.10.0'
  // It is on the page from its import on, and would send under no account until `init`.
  if (clevertap.getAccountID && !clevertap.getAccountID()) return 'has not been started'
  if (clevertap.getCleverTapID?.() !== objectId) return 'has another ID, or none'
  return objectId.endsWith(':OO') || $WZRK_WR?.isMuted?.() ? 'is muted, or the user has opted out' : undefined
}

const fail = (problem: string): never => {
  throw new Error(`The CleverTap Web SDK ${problem}.`)
}

/**
 * Makes a fallback that hands subscriptions of Firefox and Safari to the CleverTap Web SDK on the page, by two of its
 * public methods. Those methods subscribe again; with the same worker and VAPID key the browser gives them the
 * subscription that Pushferry has made.
 *
 * The SDK registers the worker's script without a scope, as a classic script. So the script must lie in the folder that is
 * its scope, such as `/pushferry/sw.js`: with any other place the SDK would register a second worker, and could replace the
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
    const script = registration.active?.scriptURL ?? ''
    if (!script || new URL('.', script).href !== registration.scope)
      fail('needs the worker in the folder of its scope, such as /pushferry/sw.js')
    // The cast: what other scripts put there, each member of which is looked at before it is used.
    const page = self as SdkPage
    for (let left = timeoutMs / pollMs; missing(page, objectId) && left > 0; left--) await pause(pollMs)
    const problem = missing(page, objectId)
    if (problem) fail(problem)

    const taken = await Promise.race([
      new Promise<boolean>((resolve) => {
        const { notifications } = page.clevertap ?? {}
        notifications?.setApplicationServerKey?.(vapidPublicKey)
        // The whole URL, with its query, is the script that is registered already, so that the browser changes nothing. Of
        // a bare path at the root the SDK would subscribe `ready` in its place, which can be another registration.
        notifications?.setUpWebPushNotifications?.(() => resolve(true), script)
      }),
      pause(timeoutMs),
    ])
    if (!taken) fail('did not take the subscription in time')
    if ((await registration.pushManager.getSubscription())?.endpoint !== subscription.endpoint)
      fail('has replaced the subscription: give both the same VAPID key')
    return 'handed-to-clevertap-sdk'
  }
