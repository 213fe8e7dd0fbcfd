import { limit } from '../browser/limit.ts'
import type { Fallback } from './fallback.ts'
import { poll } from './pause.ts'

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

/** The cast: what other scripts put there, each member of which is looked at before it is used. */
const page = (): SdkPage => self as SdkPage

/** Whether the SDK would send a subscription for this objectId now. */
const isReady = (objectId: string): boolean | undefined => {
  const { clevertap, $WZRK_WR } = page()
  return (
    typeof clevertap?.notifications?.setUpWebPushNotifications === 'function' &&
    // It is on the page from its import on, and would send under no account until `init`.
    !!clevertap.getAccountID?.() &&
    clevertap.getCleverTapID?.() === objectId &&
    // The user has opted out.
    !objectId.endsWith(':OO') &&
    !$WZRK_WR?.isMuted?.()
  )
}

const demand = (problem: string, isGood: unknown): void => {
  if (!isGood) throw new Error(`The CleverTap Web SDK ${problem}.`)
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
    const { scriptURL } = registration.active ?? {}
    const isInPlace = scriptURL && new URL('.', scriptURL).href === registration.scope
    demand('needs the worker in the folder of its scope, such as /pushferry/sw.js', isInPlace)
    demand('is not ready for this objectId', await poll(() => isReady(objectId), timeoutMs))
    const handOver = async () => {
      const { notifications } = page().clevertap ?? {}
      notifications?.setApplicationServerKey?.(vapidPublicKey)
      // The whole URL, with its query, is the script that is registered already, so that the browser changes nothing. Of
      // a bare path at the root the SDK would subscribe `ready` in its place, which can be another registration.
      await new Promise<void>((resolve) => notifications?.setUpWebPushNotifications?.(resolve, scriptURL ?? ''))
    }
    await limit(handOver, timeoutMs)
    const live = await registration.pushManager.getSubscription()
    const isSame = live?.endpoint === subscription.endpoint
    demand('has replaced the subscription: give both the same VAPID key', isSame)
    return 'handed-to-clevertap-sdk'
  }
