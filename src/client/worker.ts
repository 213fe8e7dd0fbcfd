import { within } from './errors.ts'
import type { Settings } from './options.ts'
import type { TrustedScriptUrl, TrustedTypes } from './trusted-url.ts'

declare const trustedTypes: TrustedTypes

const isRegistration = (worker: Settings['serviceWorker']): worker is ServiceWorkerRegistration =>
  typeof worker === 'object' && 'scope' in worker

/** The worker that this client uses. */
export interface Worker {
  /** Absolute. */
  scope(): string
  /** The registration with this very scope, if there is one. */
  find(): Promise<ServiceWorkerRegistration | undefined>
  /**
   * Registers it where that has to be done, and waits until it is active.
   *
   * @throws PushError `worker-failed`, `worker-timeout`
   */
  start(): Promise<ServiceWorkerRegistration>
}

export const createWorker = ({ serviceWorker, scope: wanted, timeoutMs }: Settings): Worker => {
  let trusted: TrustedScriptUrl | undefined
  // From the base URL, as `register` does: from the address there would be another scope for each route of a site that
  // has a `<base>`.
  const script = () => new URL(String(serviceWorker), document.baseURI)

  const scope = (): string => {
    if (isRegistration(serviceWorker)) return serviceWorker.scope
    const url = script()
    const isOurs = url.pathname.split('/').pop()?.startsWith('pushferry')
    return new URL(wanted ?? (isOurs ? 'pushferry/' : '.'), url).href
  }

  /** The script's URL as Trusted Types want it, once they have been asked. */
  const scriptUrl = (): string | TrustedScriptUrl => {
    // The site's own, taken as it is.
    if (typeof serviceWorker !== 'string') return serviceWorker as TrustedScriptUrl
    try {
      trusted ??= trustedTypes
        .createPolicy('pushferry', { createScriptURL: (url) => url })
        .createScriptURL(script().href)
    } catch {
      // No Trusted Types here, or none that the site's policy allows: then `register` says so.
    }
    return trusted ?? script().href
  }

  const activate = async (): Promise<ServiceWorkerRegistration> => {
    // Registering what is registered already costs no request. The cast: TypeScript's library knows no TrustedScriptURL.
    const registration = isRegistration(serviceWorker)
      ? serviceWorker
      : await navigator.serviceWorker.register(scriptUrl() as string, { scope: scope() })
    // Not `ready`: it never settles in a page outside the scope.
    while (!registration.active) {
      const coming = registration.installing ?? registration.waiting
      if (!coming) throw new Error('It died while it was installed.')
      await new Promise((resolve) => coming.addEventListener('statechange', resolve))
    }
    return registration
  }

  const find = async () => {
    const wantedScope = scope()
    const found = await navigator.serviceWorker.getRegistration(wantedScope)
    // It may be the one of a broader scope.
    return found?.scope === wantedScope ? found : undefined
  }
  return {
    scope,
    find: () => within('worker-failed', timeoutMs, find),
    start: () => within('worker-failed', timeoutMs, activate),
  }
}
