import { own } from '../browser/members.ts'
import type { Fallback } from './fallback.ts'
import type { TrustedScriptUrl } from './trusted-url.ts'
import { absolute } from './worker.ts'

/** Options of `createPush`. All but `relay` have a default, which `undefined` selects too. */
export interface Options {
  /** The relay's base URL, absolute. */
  relay: string | URL
  /**
   * The CleverTap ID that the token belongs to, or a function that finds it. One objectId per browser, never your user ID.
   * The function is called at every `register` and `sync`: `null` says that nobody is signed in, `undefined` that it does
   * not know yet. Default: the CleverTap Web SDK's, from `window.clevertap` or else from its storage, waited for up to
   * `timeoutMs`.
   */
  objectId?: string | (() => string | null | undefined | Promise<string | null | undefined>) | undefined
  /**
   * The VAPID public key as `pushferry vapid` prints it (base64url without padding). Default: the relay's key, fetched by
   * `register`, and by `sync` when none is stored or at a refresh.
   */
  vapidPublicKey?: string | undefined
  /**
   * The service worker's script, or the registration of a worker of yours that Pushferry is attached to. A relative URL is
   * taken from the base URL that the page has when the client is made. Default: `/pushferry-sw.min.js`.
   */
  serviceWorker?: string | TrustedScriptUrl | ServiceWorkerRegistration | undefined
  /**
   * The scope to register the script for; a relative one is taken from the script. Default: for a script whose name begins
   * with `pushferry`, the folder `pushferry/` beside it, so that no other worker of the site is replaced; for any other
   * script, its folder.
   */
  scope?: string | undefined
  /** Signs a ticket for an objectId, usually by asking the site's backend. Needed where the relay demands tickets. */
  ticket?: ((objectId: string) => string | Promise<string>) | undefined
  /**
   * Takes the subscription where the relay does not accept this browser's push service (Firefox, Safari; never Edge on
   * Windows). Called once for a subscription and objectId, and again after `refreshAfterDays`; its result is the
   * reason in the status. `clevertapSdk()` of `pushferry/clevertap-sdk` is one. Default: none.
   */
  fallback?: Fallback | undefined
  /** An acknowledged or refused registration is sent again after this many days. Default: 7. */
  refreshAfterDays?: number | undefined
  /**
   * Limit for each promise of the browser, the relay and the functions given here, in milliseconds. Default: 10 000.
   * The user has twelve times as long to answer the browser's prompt, the fallback three times; IndexedDB has one second.
   */
  timeoutMs?: number | undefined
  /** Prints each step to the console. Default: `false`. */
  debug?: boolean | undefined
  /** Called in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined
}

/** Options with their defaults. */
export interface Settings {
  /** The relay's browser routes, with a slash at the end. */
  readonly base: string
  readonly objectId: Options['objectId']
  readonly vapidPublicKey: string | undefined
  readonly serviceWorker: string | TrustedScriptUrl | ServiceWorkerRegistration
  readonly scope: string | undefined
  readonly ticket: Options['ticket']
  readonly fallback: Fallback | undefined
  readonly refreshAfterDays: number
  readonly timeoutMs: number
  readonly fetch: typeof globalThis.fetch
  /** Prints a step where `debug` is set. Never given a token, endpoint, key or ticket. */
  readonly log: (...step: unknown[]) => void
}

/** @throws TypeError for an unknown option (the message lists the known ones), and for a relay that is not an absolute URL */
export const resolveOptions = (options: Options): Settings => {
  const {
    relay,
    objectId,
    vapidPublicKey,
    serviceWorker = '/pushferry-sw.min.js',
    scope,
    ticket,
    fallback,
    refreshAfterDays = 7,
    timeoutMs = 10_000,
    debug = false,
    fetch = globalThis.fetch,
    ...unknown
  } = own(options)
  const settings = {
    relay,
    objectId,
    vapidPublicKey,
    // Resolved once: without a `<base>`, each `pushState` changes the base URL.
    serviceWorker: typeof serviceWorker === 'string' ? absolute(serviceWorker) : serviceWorker,
    scope,
    ticket,
    fallback,
    refreshAfterDays,
    timeoutMs,
    debug,
    fetch,
  }
  const [name] = Object.keys(unknown)
  if (name) {
    /** How many letters of the unknown name occur in a known one. */
    const likeness = (one: string): number => [...name].filter((letter) => one.includes(letter)).length
    const known = Object.keys(settings).sort((one, other) => likeness(other) - likeness(one))
    throw new TypeError(`Unknown option ${name}. Did you mean ${known[0]}? Known: ${known}`)
  }
  // Without this the browser's own error says "Invalid URL" and names no option.
  if (!/^https?:/i.test(`${relay}`)) throw new TypeError('relay must be an absolute URL')
  return {
    ...settings,
    base: new URL(relay).href.replace(/\/?$/, '/v1/'),
    log: debug ? console.info.bind(console, 'Pushferry:') : () => {},
  }
}
