import { expect, test } from 'vitest'
import {
  becomes,
  cleverTapSdk,
  idlePage,
  liveSubscription,
  liveToken,
  logIn,
  logOut,
  register,
  status,
  sync,
  tagPage,
  tokenOf,
  unregister,
} from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import type { PushBrowser, Tab } from './support/push-browser.ts'
import type { RunningRelay } from './support/running-relay.ts'
import { startScene } from './support/scene.ts'
import { createVapidKeys, type SubscriptionJson } from './support/send-push.ts'
import { script } from './support/site.ts'
import { useBrowser } from './support/use-browser.ts'

const calls = (relay: RunningRelay, method: string) =>
  relay.log.all('answered').filter((call) => call.method === method)

const registrationsAt = (browser: PushBrowser) => browser.service.log.all('register').length

/** What the site had before Pushferry: a worker and a subscription of its own, made with another key. */
const subscribeAs = (tab: Tab, worker: string, applicationServerKey: string): Promise<SubscriptionJson> =>
  tab.evaluate(
    async ([url, key]) => {
      await navigator.serviceWorker.register(url)
      const registration = await navigator.serviceWorker.ready
      const subscription = await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: key,
      })
      return subscription.toJSON() as SubscriptionJson // complete in practice
    },
    [worker, applicationServerKey] as const,
  )

describeBrowsers('registration', (name) => {
  const browser = useBrowser(name)

  test('a click registers: one subscription, one request, the token on the profile', async () => {
    const { site, relay, clevertap, vapid, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': idlePage(url, { body: '<button onclick="pushferry.register()">Subscribe</button>' }) }),
    })
    const { tab, service } = browser()
    const before = registrationsAt(browser())
    await tab.goto(site.origin)
    expect(await status(tab)).toMatchObject({ state: 'granted' })
    await tab.click('button')

    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'customer-1' })
    const subscription = await liveSubscription(tab)
    expect(calls(relay, 'POST')).toMatchObject([
      {
        path: '/v1/subscriptions',
        status: 202,
        sent: {
          type: 'token',
          tokenData: { type: 'chrome', keys: subscription?.keys },
          objectId: 'customer-1',
          endpoint: subscription?.endpoint,
        },
        answer: { result: 'queued', objectId: 'customer-1' },
      },
    ])
    await onProfile('customer-1', await liveToken(tab))
    expect(clevertap.counts).toMatchObject({ accepted: 1, rejected: 0 })
    const made = service.log.all('register').slice(before)
    expect(made).toMatchObject([{ applicationServerKey: vapid.publicKey, token: await liveToken(tab) }])
  })

  test('registering again makes no second subscription, no second registration and no second upload', async () => {
    const { site, relay, clevertap, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': idlePage(url) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await register(tab)
    const token = await liveToken(tab)
    await onProfile('customer-1', token)
    const before = registrationsAt(browser())

    expect(await register(tab)).toMatchObject({ state: 'registered' })
    await tab.reload()
    expect(await register(tab)).toMatchObject({ state: 'registered' })
    expect(await liveToken(tab)).toBe(token)
    expect(registrationsAt(browser())).toBe(before)
    expect(
      calls(relay, 'POST').filter(({ answer }) => (answer as { result: string }).result !== 'unchanged'),
    ).toHaveLength(1)
    expect(clevertap.counts.accepted).toBe(1)
  })

  test('sync() on an unchanged registration makes no request, neither to the relay nor to the site', async () => {
    const { site, relay } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    await register(tab)
    await tab.reload()
    const asked = relay.log.all('answered').length
    const loaded = site.log.all('request').length

    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(relay.log.all('answered')).toHaveLength(asked)
    expect(site.log.all('request')).toHaveLength(loaded)
  })

  test('a subscription lost while permission stands is made again on the next load, without a click', async () => {
    const { site, relay, onProfile } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const lost = await liveToken(tab)
    await tab.evaluate(async () => {
      for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
    }, null)
    relay.log.forget()

    await tab.reload()
    const { sent } = await relay.log.take('answered', ({ method }) => method === 'POST')
    expect(sent).toMatchObject({ objectId: 'customer-1', replaces: lost })
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'customer-1' })
    await onProfile('customer-1', await liveToken(tab))
  })

  test('after a change of the VAPID key the subscription is replaced silently, and the relay told which', async () => {
    const old = createVapidKeys()
    const { site, relay, vapid, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': tagPage(url, { attributes: { 'vapid-key': old.publicKey } }) }),
    })
    const { tab, service } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const replaced = await liveToken(tab)
    relay.log.forget()
    service.log.forget()

    site.serve('/', tagPage(relay.url, { attributes: { 'vapid-key': vapid.publicKey } }))
    await tab.reload()
    const { sent, answer } = await relay.log.take('answered', ({ method }) => method === 'POST')
    expect(sent).toMatchObject({ replaces: replaced })
    expect(answer).toMatchObject({ result: 'replaced' })
    await service.log.take('unregister', ({ token }) => token === replaced)
    expect(await service.log.take('register')).toMatchObject({ applicationServerKey: vapid.publicKey })
    await becomes(tab, 'registered')
    await onProfile('customer-1', await liveToken(tab))
  })

  test('a subscription that somebody else made with another key in the same worker is replaced silently', async () => {
    const { site, relay, vapid } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, { attributes: { 'service-worker': '/own-worker.js' } }),
        '/before': idlePage(url),
        '/own-worker.js': script("importScripts('/pushferry-sw.min.js')"),
      }),
    })
    const { tab, service } = browser()
    await tab.goto(`${site.origin}/before`)
    const foreign = await subscribeAs(tab, '/own-worker.js', createVapidKeys().publicKey)
    service.log.forget()

    await tab.goto(site.origin)
    const { sent } = await relay.log.take('answered', ({ method }) => method === 'POST')
    expect(sent).toMatchObject({ replaces: tokenOf(foreign) })
    expect(await service.log.take('register')).toMatchObject({ applicationServerKey: vapid.publicKey })
    expect(await liveToken(tab)).not.toBe(tokenOf(foreign))
  })

  test('two tabs that register at once make one subscription and one request', async () => {
    const { site, relay } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    const second = await browser().openTab(site.origin)
    try {
      const before = registrationsAt(browser())
      const both = await Promise.all([register(tab), register(second)])
      expect(both).toMatchObject([{ state: 'registered' }, { state: 'registered' }])
      expect(calls(relay, 'POST')).toHaveLength(1)
      expect(registrationsAt(browser())).toBe(before + 1)
    } finally {
      await second.close()
    }
  })

  test('the token follows a login, and the objectId it leaves is withdrawn', async () => {
    const { site, relay, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': tagPage(url, { attributes: { 'object-id': null }, head: cleverTapSdk }) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'anonymous' })
    const token = await liveToken(tab)
    await onProfile('anonymous', token)
    const [first] = calls(relay, 'POST')

    await logIn(tab, 'ada@lovelace')
    expect(await sync(tab)).toMatchObject({ state: 'registered', objectId: 'ada@lovelace' })
    expect(await liveToken(tab)).toBe(token)
    await onProfile('ada@lovelace', token)
    const withdrawal = await relay.log.take('answered', ({ method }) => method === 'DELETE')
    expect(withdrawal).toMatchObject({
      path: '/v1/subscriptions/anonymous',
      status: 204,
      key: (first?.answer as { registrationKey: string } | undefined)?.registrationKey,
    })
    expect(await relay.ask('/v1/tokens/anonymous')).toMatchObject({ state: 'withdrawn' })

    // And back again: the key of the first registration is still known.
    await logOut(tab)
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'registered', objectId: 'anonymous' })
    expect(await relay.ask('/v1/tokens/ada@lovelace')).toMatchObject({ state: 'withdrawn' })
  })

  test('unregister() withdraws at the relay and in the browser, and the next load leaves it at that', async () => {
    const { site, relay } = await startScene(browser())
    const { tab, service } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const token = await liveToken(tab)

    expect(await unregister(tab)).toMatchObject({ state: 'granted' })
    await relay.log.take('answered', ({ method, status }) => method === 'DELETE' && status === 204)
    await service.log.take('unregister', (event) => event.token === token)
    expect(await liveSubscription(tab)).toBeNull()
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'granted' })
    expect(await liveSubscription(tab)).toBeNull()
    expect(calls(relay, 'POST')).toHaveLength(1)

    expect(await register(tab)).toMatchObject({ state: 'registered' })
  })
})
