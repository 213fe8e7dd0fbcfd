/** @param {ServiceWorkerRegistration} registration */
const workerOf = ({ active, waiting, installing }) => active ?? waiting ?? installing ?? undefined

/** Pushferry's worker, identified by its file, because the page script chooses the scope. */
const findRegistration = async () => {
  const all = (await navigator.serviceWorker?.getRegistrations()) ?? []
  return all.find((one) => workerOf(one)?.scriptURL.endsWith('/pushferry-sw.min.js'))
}

/**
 * The browser's own state, read without side effects. The relay shows the rest.
 *
 * @returns {Promise<Pick<import('./journey-steps.js').Facts, 'permission' | 'worker' | 'subscription'>>}
 */
export const readBrowser = async () => {
  const permission = globalThis.Notification?.permission ?? 'unsupported'
  const registration = await findRegistration()
  const worker = registration && workerOf(registration)
  const subscription = (await registration?.pushManager?.getSubscription())?.toJSON()
  return {
    permission,
    worker: worker && registration && { script: worker.scriptURL, scope: registration.scope, state: worker.state },
    subscription: subscription?.endpoint ? { ...subscription, endpoint: subscription.endpoint } : undefined,
  }
}
