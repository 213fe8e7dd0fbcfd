import type { Tab } from './push-browser.ts'
import type { SubscriptionJson } from './send-push.ts'
import { html, type Site, script, startSite } from './site.ts'

/** Every event of the worker is reported to the site as it happens, from inside `waitUntil`. */
const worker = `
const report = (report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) })
const handle = (type, work) =>
  self.addEventListener(type, (event) =>
    event.waitUntil(work(event).then((members) => report({ type, trusted: event.isTrusted, ...members }))))

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
handle('push', async ({ data }) => {
  const text = data ? data.text() : null
  const actions = [{ action: 'go', title: 'Go' }]
  await self.registration.showNotification('Probe', { body: text ?? '(none)', data: { text }, actions })
  return { text }
})
handle('notificationclick', async ({ action, notification }) => {
  const client = await self.clients.openWindow('/opened')
  return { action, data: notification.data, opened: client ? client.url : null }
})
handle('notificationclose', async ({ notification }) => ({ data: notification.data }))
handle('pushsubscriptionchange', async ({ oldSubscription, newSubscription }) => ({
  old: oldSubscription?.endpoint ?? null,
  new: newSubscription?.endpoint ?? null,
}))
handle('sync', async ({ tag, lastChance }) => ({ tag, lastChance }))
`

/** A site without Pushferry; its worker reports the browser's events. */
export const startProbeSite = (): Promise<Site> =>
  startSite({
    '/': html('<!doctype html><title>Probe</title>'),
    '/opened': html('<!doctype html><title>Opened by a click</title>'),
    '/worker.js': script(worker),
  })

/** Registers the worker and subscribes, without any library. Rejects with the browser's error. */
export const subscribe = (tab: Tab, vapidPublicKey: string): Promise<SubscriptionJson> =>
  tab.evaluate(async (applicationServerKey) => {
    await navigator.serviceWorker.register('/worker.js')
    const registration = await navigator.serviceWorker.ready
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
    return subscription.toJSON() as SubscriptionJson // the members are optional in the DOM's type, never in practice
  }, vapidPublicKey)

/** The endpoint of the browser's live subscription, or null. */
export const currentEndpoint = (tab: Tab): Promise<string | null> =>
  tab.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    return (await registration.pushManager.getSubscription())?.endpoint ?? null
  }, null)

export const unsubscribe = (tab: Tab): Promise<boolean> =>
  tab.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    return (await (await registration.pushManager.getSubscription())?.unsubscribe()) ?? false
  }, null)
