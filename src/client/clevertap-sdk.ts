import type { Fallback } from './fallback.ts'
import { pause } from './pause.ts'

/** The public methods of the CleverTap Web SDK that are used (1.10.0 and later). */
interface Sdk {
  getCleverTapID?(): unknown
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

/** Why the SDK cannot take it yet, or `undefined`. */
const missing = ({ clevertap, $WZRK_WR }: SdkPage, objectId: string): string | undefined => {
  const { notifications } = clevertap ?? {}
  if (!notifications?.setApplicationServerKey || !notifications.setUpWebPushNotifications)
    return 'The CleverTap Web SDK (1.10.0 or later) is not on this page.'
  const id = clevertap?.getCleverTapID?.()
  if (typeof id !== 'string' || !id) return 'The CleverTap Web SDK has no ID yet.'
  if (id.endsWith(':OO')) return 'The user has opted out of CleverTap.'
  if (id !== objectId) return 'The CleverTap Web SDK has another ID than the objectId of this page.'
  if ($WZRK_WR?.isMuted?.()) return 'The CleverTap Web SDK is muted.'
  return undefined
}

/**
 * Makes a fallback that hands subscriptions of Firefox and Safari to the CleverTap Web SDK on the page, by two of its
 * public methods. Those methods subscribe again; with the same worker and VAPID key the browser gives them the
 * subscription that Pushferry has made.
 *
 * The SDK registers the worker's script without a scope. So the script must lie in the folder that is its scope, such as
 * `/pushferry/sw.js`: with any other place the SDK would register a second worker, and could replace the site's own.
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
      throw new Error(
        'The CleverTap Web SDK needs the worker in the folder of its scope. Host it as /pushferry/sw.js, and set serviceWorker.',
      )
    // The cast: what other scripts put there, each member of which is looked at before it is used.
    const page = self as SdkPage
    for (let left = timeoutMs / pollMs; missing(page, objectId) && left > 0; left--) await pause(pollMs)
    const problem = missing(page, objectId)
    if (problem) throw new Error(problem)

    const { notifications } = page.clevertap ?? {}
    const taken = await Promise.race([
      new Promise<boolean>((resolve) => {
        notifications?.setApplicationServerKey?.(vapidPublicKey)
        notifications?.setUpWebPushNotifications?.(() => resolve(true), new URL(script).pathname)
      }),
      pause(timeoutMs).then(() => false),
    ])
    if (!taken) throw new Error('The CleverTap Web SDK did not take the subscription in time.')
    const now = await registration.pushManager.getSubscription()
    if (now?.endpoint !== subscription.endpoint)
      throw new Error('The CleverTap Web SDK has replaced the subscription. Give both the same VAPID key.')
    return 'handed-to-clevertap-sdk'
  }
