import { limit } from '../browser/limit.ts'
import type { Settings } from './options.ts'
import type { TrustedScriptUrl, TrustedTypes } from './trusted-url.ts'

declare const trustedTypes: TrustedTypes

/** The worker settings of a client. */
type WorkerSettings = Pick<Settings, 'serviceWorker' | 'scope' | 'timeoutMs'>

const isRegistration = (worker: Settings['serviceWorker']): worker is ServiceWorkerRegistration =>
  typeof worker === 'object' && 'scope' in worker

/**
 * From the base URL, as `register` does: from the address there would be another scope for each route of a site that has a
 * `<base>`.
 */
const urlOf = (script: unknown): URL => new URL(String(script), document.baseURI)

/** The scope of the worker, absolute. */
export const scopeOf = ({ serviceWorker, scope }: WorkerSettings): string => {
  if (isRegistration(serviceWorker)) return serviceWorker.scope
  const url = urlOf(serviceWorker)
  return new URL(scope ?? (/\/pushferry[^/]*$/.test(url.pathname) ? 'pushferry/' : '.'), url).href
}

/** One policy for a page: without `allow-duplicates` its name is taken once. */
let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** The script's URL as Trusted Types require it. A `TrustedScriptURL` of the site is used unchanged. */
const trust = (script: string | TrustedScriptUrl): string | TrustedScriptUrl => {
  if (typeof script !== 'string') return script
  const { href } = urlOf(script)
  try {
    policy ??= trustedTypes.createPolicy('pushferry', { createScriptURL: (url) => url })
    return policy.createScriptURL(href)
  } catch {
    // No Trusted Types here, or none that the site's policy allows: then `register` says so.
    return href
  }
}

/** The registration with exactly this scope, if there is one. */
export const findWorker = (settings: WorkerSettings): Promise<ServiceWorkerRegistration | undefined> =>
  limit(async () => {
    const scope = scopeOf(settings)
    const found = await navigator.serviceWorker.getRegistration(scope)
    // It may be the one of a broader scope.
    return found?.scope === scope ? found : undefined
  }, settings.timeoutMs)

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
    while (!registration.active) {
      const coming = registration.installing ?? registration.waiting
      if (!coming) throw new Error('It failed to install.')
      await new Promise((resolve) => coming.addEventListener('statechange', resolve))
    }
    return registration
  }, settings.timeoutMs)
