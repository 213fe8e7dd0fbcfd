import type { TrustedScriptUrl } from './trusted-url.ts'

/** What `createPush` takes. Everything but `relay` has a default. */
export interface Options {
  /** The relay's base URL, absolute. */
  relay: string | URL
  /**
   * The CleverTap ID that the token belongs to, or a function that finds it. Asked for at every `register` and `sync`.
   * Default: the CleverTap Web SDK's, from `window.clevertap` or else from its storage, waited for up to `timeoutMs`.
   */
  objectId?: string | (() => string | null | undefined | Promise<string | null | undefined>)
  /**
   * The VAPID public key as `pushferry vapid` prints it (base64url without padding). Default: the relay's, asked for by
   * `register`, and by `sync` when it has none or refreshes.
   */
  vapidPublicKey?: string
  /**
   * The service worker's script, or the registration of a worker of yours that Pushferry is attached to.
   * Default: `/pushferry-sw.min.js`.
   */
  serviceWorker?: string | TrustedScriptUrl | ServiceWorkerRegistration
  /**
   * The scope to register the script for; a relative one is taken from the script. Default: with a script of yours its
   * folder, else `pushferry/` in the folder of the default script, so that no other worker of the site is replaced.
   */
  scope?: string
  /** Signs a ticket for an objectId, usually by asking the site's backend. Needed where the relay demands tickets. */
  ticket?: (objectId: string) => string | Promise<string>
  /** An acknowledged or refused registration is sent again after this many days. Default: 7. */
  refreshAfterDays?: number
  /**
   * Limit for each promise of the browser, the relay and the functions given here, in milliseconds. Default: 10 000.
   * The user has twelve times as long to answer the browser's prompt; IndexedDB has one second.
   */
  timeoutMs?: number
  /** Stands in for the global `fetch`. */
  fetch?: typeof globalThis.fetch
}

/** The names of all options. */
export const known = 'relay,objectId,vapidPublicKey,serviceWorker,scope,ticket,refreshAfterDays,timeoutMs,fetch'
