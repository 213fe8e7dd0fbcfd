import type { Push, Status } from '../../../src/client/index.ts'
import type { Tab } from './push-browser.ts'
import type { SubscriptionJson } from './send-push.ts'
import { html, type SiteFile } from './site.ts'

declare global {
  /** The global of the script tag. */
  var pushferry: Push & { createPush(options: object): Push }
}

export interface TagPage {
  /** `data-…` attributes of the script tag, without `data-`; `null` omits one. */
  readonly attributes?: Readonly<Record<string, string | null>>
  /** Markup before the script tag. */
  readonly head?: string
  /** Markup after it. */
  readonly body?: string
}

/** A page with the script tag as a customer pastes it. It registers by itself only if it already has permission. */
export const tagPage = (relay: string, { attributes = {}, head = '', body = '' }: TagPage = {}): SiteFile => {
  const all = { relay, 'object-id': 'customer-1', ...attributes }
  const data = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`data-${name}="${value}"`]))
  return html(`<!doctype html>
<title>A customer's site</title>
${head}
<script async src="/pushferry.min.js" ${data.join(' ')}></script>
${body}`)
}

/** A page that does nothing until a test calls it. */
export const idlePage = (relay: string, page: TagPage = {}): SiteFile =>
  tagPage(relay, { ...page, attributes: { auto: 'false', ...page.attributes } })

/** The part of CleverTap's SDK that Pushferry uses: the objectId of the user who is logged in. */
export const cleverTapSdk =
  '<script>var clevertap = { getCleverTapID: () => localStorage.user ?? "anonymous" }</script>'

export const logIn = (tab: Tab, objectId: string): Promise<void> =>
  tab.evaluate((user) => {
    localStorage.user = user
  }, objectId)

export const logOut = (tab: Tab): Promise<void> => tab.evaluate(() => localStorage.removeItem('user'), null)

export const register = (tab: Tab): Promise<Status> => tab.evaluate(() => pushferry.register(), null)
export const sync = (tab: Tab): Promise<Status> => tab.evaluate(() => pushferry.sync(), null)
export const status = (tab: Tab): Promise<Status> => tab.evaluate(() => pushferry.status(), null)
export const unregister = (tab: Tab): Promise<Status> => tab.evaluate(() => pushferry.unregister(), null)

/** The error of a call that must fail. */
export interface Failure {
  readonly name: string
  readonly code: string
  readonly retryable: boolean
  readonly cause: string
}

/** @throws Error when the call does not fail. */
export const failureOf = (tab: Tab, verb: 'register' | 'sync' | 'unregister'): Promise<Failure> =>
  tab.evaluate(async (name) => {
    const done = await pushferry[name]().catch((error) => error)
    if (!(done instanceof Error)) throw new Error(`${name}() did not fail: ${JSON.stringify(done)}`)
    const { code, retryable } = done as Error & { code: string; retryable: boolean } // a PushError
    return { name: done.name, code, retryable, cause: String(done.cause) }
  }, verb)

/** Longest wait for a state, in ms: shorter than a test's, so that the failure says which state the page was in. */
const PATIENCE_MS = 120_000

/** Resolves to the status as soon as the page is in this state. */
export const becomes = (tab: Tab, state: Status['state']): Promise<Status> =>
  tab.evaluate(
    ([wanted, patienceMs]) =>
      new Promise<Status>((resolve, reject) => {
        const look = (now: Status) => {
          if (now.state === wanted) resolve(now)
        }
        pushferry.onChange(look)
        pushferry.status().then(look)
        setTimeout(() => reject(new Error(`not ${wanted}, but ${JSON.stringify(pushferry.getSnapshot())}`)), patienceMs)
      }),
    [state, PATIENCE_MS] as const,
  )

/** The live subscription of this site, read from the browser, whichever worker it belongs to. */
export const liveSubscription = (tab: Tab): Promise<SubscriptionJson | null> =>
  tab.evaluate(async () => {
    for (const registration of await navigator.serviceWorker.getRegistrations()) {
      const subscription = await registration.pushManager.getSubscription()
      if (subscription) return subscription.toJSON() as SubscriptionJson // complete in practice
    }
    return null
  }, null)

export const tokenOf = ({ endpoint }: { readonly endpoint: string }): string =>
  endpoint.slice(endpoint.lastIndexOf('/') + 1)

/** The token of the live subscription. @throws Error when there is none. */
export const liveToken = async (tab: Tab): Promise<string> => {
  const subscription = await liveSubscription(tab)
  if (!subscription) throw new Error('there is no subscription')
  return tokenOf(subscription)
}
