import { vi } from 'vitest'
import type { BrowserWorld } from './browser-world.ts'

/** The part of CleverTap's Web SDK on the page that a hand-over uses. */
export interface FakeCleverTapSdk {
  /** `null` until its server has answered. */
  id: string | null
  /** `null` until `init`. */
  accountId: string | null
  muted: boolean
  /** The VAPID key that it was last given. */
  key: string | undefined
  /** The worker scripts that it had to set up, and the endpoints that it then sent to CleverTap. */
  readonly scripts: string[]
  readonly sent: string[]
  /** Replaces the SDK's subscribing. */
  setUp: ((script: string, callback: () => void) => Promise<unknown>) | undefined
}

/**
 * Puts the SDK on the page. It registers the script without a scope and subscribes again, as
 * clevertap-web-sdk 2.5.2 does (src/modules/notification.js); test/e2e/hand-over.test.ts has the real one.
 */
export const loadCleverTapSdk = (world: BrowserWorld, id: string | null = 'ct-1'): FakeCleverTapSdk => {
  const sdk: FakeCleverTapSdk = {
    id,
    accountId: 'TEST-ACC-1',
    muted: false,
    key: undefined,
    scripts: [],
    sent: [],
    setUp: undefined,
  }
  const subscribe = async (script: string, callback: () => void) => {
    const { pushManager } = await navigator.serviceWorker.register(script)
    const { endpoint } = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: sdk.key ?? null })
    sdk.sent.push(endpoint)
    callback()
  }
  world.set('clevertap', {
    getCleverTapID: () => sdk.id,
    getAccountID: () => sdk.accountId,
    notifications: Object.assign([], {
      push: vi.fn(),
      setApplicationServerKey: (key: string) => {
        sdk.key = key
      },
      setUpWebPushNotifications: (callback: () => void, script: string) => {
        sdk.scripts.push(script)
        const setUp = sdk.setUp ?? subscribe
        setUp(script, callback).catch(() => {})
      },
    }),
  })
  world.set('$WZRK_WR', { isMuted: () => sdk.muted })
  return sdk
}
