import { limit } from '../browser/limit.ts'
import type { Settings } from './options.ts'
import { poll } from './pause.ts'
import type { TrustedScriptUrl, TrustedTypes } from './trusted-url.ts'

declare const trustedTypes: TrustedTypes

/** The worker settings of a client. */
type WorkerSettings = Pick<Settings, 'serviceWorker' | 'scope' | 'timeoutMs'>

const isRegistration = (worker: Settings['serviceWorker']): worker is ServiceWorkerRegistration =>
  typeof worker === 'object' && 'scope' in worker

/**
 * The script's absolute URL, resolved against the page's base URL, as `serviceWorker.register` resolves it. Resolved against
 * the address, each route of a site with a `<base>` would get its own scope.
 *
 * A worker must be on the page's own origin, so a base URL on another origin or with a password in it is ignored. On a server
 * the script is returned as given.
 */
export const absolute = (script: string): string => {
  try {
    const origin = location.origin
    // Any node has the base URL of the page; the document may have an element called `baseURI` instead.
    const { href } = new URL(script, new DocumentFragment().baseURI)
    // A frame without an address (`srcdoc`) has its parent's base URL.
    return origin === 'null' || href.startsWith(`${origin}/`) ? href : new URL(script, origin).href
  } catch {
    return script
  }
}

/** The scope of the worker, absolute. */
export const scopeOf = ({ serviceWorker, scope }: WorkerSettings): string => {
  if (isRegistration(serviceWorker)) return serviceWorker.scope
  const url = new URL(absolute(`${serviceWorker}`))
  return new URL(scope ?? (/\/pushferry[^/]*$/.test(url.pathname) ? 'pushferry/' : '.'), url).href
}

/** One policy per page: without `allow-duplicates` a second one with its name is refused. */
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** The script's URL as Trusted Types require it. A `TrustedScriptURL` of the site is used unchanged. */
const trust = (script: string | TrustedScriptUrl): string | TrustedScriptUrl => {
  if (typeof script !== 'string') return script
  try {
    policy ??= trustedTypes.createPolicy('pushferry', { createScriptURL: (url) => url })
    return policy.createScriptURL(script)
  } catch {
    // No Trusted Types here, or the site's CSP does not allow our policy; then `register` rejects and says so.
    return script
  }
}

/** The registration with exactly this scope, if there is one. Has no time limit. */
export const findWorker = async (settings: WorkerSettings): Promise<ServiceWorkerRegistration | undefined> => {
  const scope = scopeOf(settings)
  const found = await navigator.serviceWorker.getRegistration(scope)
  // It may be the one of a broader scope.
  return found?.scope === scope ? found : undefined
}

/** The live subscription. Never rejects. */
export const findSubscription = (
  settings: WorkerSettings & Pick<Settings, 'timeoutMs'>,
): Promise<PushSubscription | null | undefined> =>
  limit(async () => (await findWorker(settings))?.pushManager.getSubscription(), settings.timeoutMs).catch(
    () => undefined,
  )

/**
 * Registers the worker if necessary, and waits until it is active.
 *
 * @throws `undefined` when that takes too long
 */
export const startWorker = (settings: WorkerSettings): Promise<ServiceWorkerRegistration> =>
  limit(async () => {
    const { serviceWorker } = settings
    // Registering what is registered already costs no request. The cast: TypeScript's library knows no TrustedScriptURL.
    const registration = isRegistration(serviceWorker)
      ? serviceWorker
      : await navigator.serviceWorker.register(trust(serviceWorker) as string, { scope: scopeOf(settings) })
    // Not `ready`: it never settles in a page outside the scope.
    // Firefox's registration may have no worker for a moment, at first or between two states. So one that was seen is kept.
    let worker: ServiceWorker | null | undefined
    await poll(() => {
      worker ??= registration.active ?? registration.installing ?? registration.waiting
      if (worker?.state === 'redundant') throw new Error(worker.state)
      return worker?.state.startsWith('activ')
    }, settings.timeoutMs)
    return registration
  }, settings.timeoutMs)
