import { expect, test } from 'vitest'
import { cleverTapPush } from './support/clevertap-push.ts'
import { fastClock } from './support/clocks.ts'
import { becomes, idlePage, liveSubscription, liveToken, register, status, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import type { Tab } from './support/push-browser.ts'
import { startScene } from './support/scene.ts'
import { type SubscriptionJson, sendPush } from './support/send-push.ts'
import { html, script } from './support/site.ts'
import { useBrowser } from './support/use-browser.ts'

/**
 * CleverTap's own worker as far as it shows and counts (github.com/CleverTap/clevertap-web-sdk, sw_webpush.js): it shows
 * what it is sent and raises both requests itself.
 */
const cleverTapWorker = `
let shown
self.addEventListener('push', (event) => {
  shown = JSON.parse(event.data.text())
  fetch(shown.raiseNotificationViewedPath, { mode: 'no-cors' })
  event.waitUntil(self.registration.showNotification(shown.title, shown.notificationOptions))
})
self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(Promise.all([
    fetch(shown.redirectPath + '&b=button0&s=true', { mode: 'no-cors' }),
    self.clients.openWindow(shown.deepLink),
  ]))
})`

/** What Workbox's precaching comes to: takes over at once, answers a page from its cache, and has its own messages. */
const workboxWorker = `
self.addEventListener('install', (event) => {
  self.skipWaiting()
  event.waitUntil(caches.open('precache').then((cache) =>
    cache.put('/precached', new Response('from the precache', { headers: { 'content-type': 'text/html' } }))))
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname === '/precached') event.respondWith(caches.match('/precached'))
})
self.addEventListener('message', (event) => {
  if (event.data?.type === 'CACHE_URLS') event.ports[0].postMessage(true)
})
self.addEventListener('push', (event) => {
  const { chat } = event.data.json()
  if (chat) event.waitUntil(self.registration.showNotification('Chat', { body: chat }))
})
`

const subscriptionIn = async (tab: Tab): Promise<SubscriptionJson> => {
  const subscription = await liveSubscription(tab)
  if (!subscription) throw new Error('there is no subscription')
  return subscription
}

/**
 * A notification by its title. Chromium adds one of its own, titled with the host, where a click closes the site's before the
 * event of the push is over.
 */
const titled =
  (...titles: readonly string[]) =>
  ({ title }: { readonly title: string }): boolean =>
    titles.includes(title)

describeBrowsers('beside an own worker', (name) => {
  const browser = useBrowser(name)

  test('with display off, CleverTap’s worker shows and counts, and nothing happens twice', async () => {
    const { site, relay, vapid } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, { attributes: { 'service-worker': '/clevertap_sw.js' } }),
        '/clevertap_sw.js': script(`
          ${cleverTapWorker}
          self.PUSHFERRY = { display: false }
          importScripts('/pushferry-sw.min.js')`),
        '/sale': html('<title>Sale</title>'),
        '/br': html(''),
        '/r': html(''),
      }),
    })
    const { tab, service, desktop } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    expect(relay.log.all('answered').filter(({ method }) => method === 'POST')).toHaveLength(1)
    const subscription = await subscriptionIn(tab)
    await sendPush(service, vapid, subscription, JSON.stringify(cleverTapPush(site.origin, { title: 'First' })))
    desktop.click(await desktop.next(titled('First')))
    await site.log.take('request', ({ url }) => url.startsWith('/br?'))
    // A second push, after which whatever was done twice for the first has had its time.
    await sendPush(service, vapid, subscription, JSON.stringify(cleverTapPush(site.origin, { title: 'Second' })))
    desktop.click(await desktop.next(titled('Second')))
    for (const start of ['/r?', '/r?', '/br?']) await site.log.take('request', ({ url }) => url.startsWith(start))

    const shown = desktop.log.all('shown').map(({ notification }) => notification)
    expect(shown.filter(titled('First', 'Second')).map(({ title }) => title)).toEqual(['First', 'Second'])
    const asked = site.log.all('request').map(({ url }) => url)
    expect(asked.filter((url) => url.startsWith('/r?'))).toHaveLength(2)
    expect(asked.filter((url) => url.startsWith('/br?'))).toHaveLength(2)
  })

  test('a Workbox worker keeps its cache, its messages and its own pushes, and ours are shown beside them', async () => {
    const { site, vapid, onProfile } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, { attributes: { 'service-worker': '/app-worker.js' } }),
        '/app-worker.js': script(`
          ${workboxWorker}
          self.PUSHFERRY = { foreign: 'ignore' }
          importScripts('/pushferry-sw.min.js')`),
        '/r': html(''),
      }),
    })
    const { tab, service, desktop } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    await onProfile('customer-1', await liveToken(tab))
    const subscription = await subscriptionIn(tab)

    await sendPush(service, vapid, subscription, JSON.stringify({ chat: 'hello' }))
    await desktop.next(titled('Chat'))
    await sendPush(service, vapid, subscription, JSON.stringify(cleverTapPush(site.origin, { title: 'Sale' })))
    await desktop.next(titled('Sale'))
    expect(
      await tab.evaluate(async () => {
        const { port1, port2 } = new MessageChannel()
        const answer = new Promise((resolve) => {
          port1.onmessage = ({ data }) => resolve(data)
        })
        navigator.serviceWorker.controller?.postMessage({ type: 'CACHE_URLS' }, [port2])
        return answer
      }, null),
    ).toBe(true)
    expect(await tab.evaluate(async () => (await fetch('/precached')).text(), null)).toBe('from the precache')
  })

  test('a new version of an own worker still waits for its pages: nothing of ours activates or claims', async () => {
    const { site } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, { attributes: { 'service-worker': '/app-worker.js' } }),
        '/app-worker.js': script("const version = 1; importScripts('/pushferry-sw.min.js')"),
      }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    expect(await tab.evaluate(() => navigator.serviceWorker.controller, null)).toBeNull()
    await tab.reload()
    site.serve('/app-worker.js', script("const version = 2; importScripts('/pushferry-sw.min.js')"))
    const states = await tab.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      const { active } = registration
      await registration.update()
      const installing = registration.installing ?? registration.waiting
      if (!installing) throw new Error('no new version')
      while (installing.state === 'installing') {
        await new Promise((resolve) => installing.addEventListener('statechange', resolve, { once: true }))
      }
      await pushferry.sync()
      return { waiting: registration.waiting?.state, same: registration.active === active }
    }, null)
    expect(states).toEqual({ waiting: 'installed', same: true })
  })

  test('a start of the own worker, for whatever reason, sends what is owed', async () => {
    const { site, relay, vapid, onProfile } = await startScene(browser(), {
      files: () => ({
        '/app-worker.js': script(`${fastClock()}${workboxWorker}importScripts('/pushferry-sw.min.js')`),
      }),
    })
    const attributes = { 'vapid-key': vapid.publicKey, 'service-worker': '/app-worker.js' }
    site.serve('/', idlePage(relay.url, { attributes }))
    const { tab } = browser()
    await tab.goto(site.origin)
    await relay.down()
    expect(await register(tab)).toMatchObject({ state: 'subscribed' })
    const token = await liveToken(tab)
    await tab.goto('about:blank')
    await relay.up()
    await browser().restart()

    await browser().tab.goto(`${site.origin}/empty`)
    await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    await onProfile('customer-1', token)
  })

  test('in its module form it lives in a module worker that imports it, and the page is given the registration', async () => {
    const { site, relay, vapid, onProfile } = await startScene(browser(), {
      files: (url) => ({
        '/': html(`<!doctype html><title>Modules</title><script type="module">
          import { createPush } from '/pushferry.js'
          const serviceWorker = await navigator.serviceWorker.register('/worker.js', { type: 'module' })
          globalThis.pushferry = createPush({ relay: '${url}', objectId: 'customer-1', serviceWorker })
          await pushferry.register()
        </script>`),
        '/worker.js': script("import { attachPushferry } from '/pushferry-sw.js'\nattachPushferry()"),
        '/r': html(''),
      }),
    })
    const { tab, service, desktop } = browser()
    await tab.goto(site.origin)
    await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    await onProfile('customer-1', await liveToken(tab))
    await becomes(tab, 'registered')
    expect(await status(tab)).toMatchObject({ objectId: 'customer-1' })

    desktop.log.forget()
    const payload = JSON.stringify(cleverTapPush(site.origin, { title: 'To the module' }))
    await sendPush(service, vapid, await subscriptionIn(tab), payload)
    await desktop.next(titled('To the module'))
  })
})
