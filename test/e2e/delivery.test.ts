import { expect, test } from 'vitest'
import { dispatchSync } from './support/chromium-workers.ts'
import { fastClock } from './support/clocks.ts'
import {
  becomes,
  cleverTapSdk,
  failureOf,
  idlePage,
  liveSubscription,
  liveToken,
  logIn,
  register,
  status,
  sync,
  tagPage,
  tokenOf,
} from './support/customer-page.ts'
import { describeBrowser, describeBrowsers } from './support/describe-browser.ts'
import type { Tab } from './support/push-browser.ts'
import type { RunningRelay } from './support/running-relay.ts'
import { startScene } from './support/scene.ts'
import { sendPush } from './support/send-push.ts'
import { script } from './support/site.ts'
import { useBrowser } from './support/use-browser.ts'

declare global {
  /** Milliseconds by which the page's clock is ahead. */
  var ahead: number
}

/**
 * A tab whose long timers have been frozen, as phones do it, and whose clock a test can put forward: so that what sends
 * is the trigger under test and not the client's own timer, and nobody waits for a back-off.
 */
const frozenTimers = `<script>
var ahead = 0
const now = Date.now, later = setTimeout
Date.now = () => now() + ahead
window.setTimeout = (work, ms, ...more) => (ms > 500 ? 0 : later(work, ms, ...more))
</script>`

const anHourPasses = (tab: Tab): Promise<void> =>
  tab.evaluate(() => {
    ahead += 3_600_000
  }, null)

/** Resolves when the page is hidden, and its listeners know it: what opens another tab does not wait for that. */
const hidden = (tab: Tab): Promise<void> =>
  tab.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (document.visibilityState === 'hidden') setTimeout(resolve)
        }
        addEventListener('visibilitychange', look)
        look()
      }),
    null,
  )

const posts = (relay: RunningRelay) => relay.log.all('answered').filter(({ method }) => method === 'POST')

const unreachable = (relay: RunningRelay) => relay.log.take('unreachable', ({ method }) => method === 'POST')

const acknowledged = (relay: RunningRelay) =>
  relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)

/** Needs nothing of the relay but the registration itself, so that it gets as far as that while the relay is away. */
const selfSufficient = (relay: string, vapidPublicKey: string, head = '') =>
  idlePage(relay, { attributes: { 'vapid-key': vapidPublicKey }, head })

/** The objectId is that of whoever is logged in. */
const withSdk = (relay: string, head = '') =>
  idlePage(relay, { attributes: { 'object-id': null }, head: head + cleverTapSdk })

describeBrowsers('delivery', (name) => {
  const browser = useBrowser(name)

  test('what a relay that was down has missed is sent by the next load', async () => {
    const { site, relay, vapid, onProfile } = await startScene(browser())
    site.serve('/', selfSufficient(relay.url, vapid.publicKey, frozenTimers))
    const { tab } = browser()
    await tab.goto(site.origin)
    await relay.down()
    expect(await register(tab)).toMatchObject({ state: 'subscribed', reason: 'unreachable' })
    const token = await liveToken(tab)
    await tab.goto('about:blank')
    await relay.up()

    site.serve('/', tagPage(relay.url, { attributes: { 'vapid-key': vapid.publicKey } }))
    await tab.goto(site.origin)
    await acknowledged(relay)
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'customer-1' })
    await onProfile('customer-1', token)
  })

  test('a login offline reaches the relay as soon as the browser is online', async () => {
    const { site, relay, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': withSdk(url, frozenTimers) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await register(tab)
    await browser().setOffline(true)
    try {
      await logIn(tab, 'ada')
      expect(await sync(tab)).toMatchObject({ state: 'subscribed', objectId: 'ada' })
      relay.log.forget()
    } finally {
      await browser().setOffline(false)
    }
    const { sent } = await acknowledged(relay)
    expect(sent).toMatchObject({ objectId: 'ada' })
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'ada' })
    await onProfile('ada', await liveToken(tab))
  })

  test('an acknowledgement that got lost is asked for again, and nothing is uploaded twice', async () => {
    const { site, relay, vapid, clevertap, onProfile } = await startScene(browser())
    site.serve('/', selfSufficient(relay.url, vapid.publicKey))
    const { tab } = browser()
    await tab.goto(site.origin)
    relay.failNext('lose-answer')
    expect(await register(tab)).toMatchObject({ state: 'subscribed' })
    await unreachable(relay)
    const { answer } = await acknowledged(relay) // by the client's own timer, a second or two later
    expect(answer).toMatchObject({ result: 'unchanged' })
    await becomes(tab, 'registered')
    await onProfile('customer-1', await liveToken(tab))
    expect(clevertap.counts.accepted).toBe(1)
  })

  test('Retry-After is honoured by every trigger', async () => {
    const { site, relay, vapid } = await startScene(browser())
    site.serve('/', selfSufficient(relay.url, vapid.publicKey, frozenTimers))
    const { tab } = browser()
    await tab.goto(site.origin)
    relay.failNext({ status: 503, headers: { 'retry-after': '3600' } })
    expect(await register(tab)).toMatchObject({ state: 'subscribed', reason: 'http-503' })
    expect(posts(relay)).toMatchObject([{ status: 503 }])
    expect(await sync(tab)).toMatchObject({ state: 'subscribed' })
    await tab.evaluate(() => dispatchEvent(new Event('online')), null)
    expect(await sync(tab)).toMatchObject({ state: 'subscribed' })
    expect(posts(relay)).toHaveLength(1)

    await anHourPasses(tab)
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(posts(relay)).toMatchObject([{ status: 503 }, { status: 202 }])
  })

  test('what the relay refuses for good is not sent again, and the reason stays in the status', async () => {
    const { site, relay, vapid } = await startScene(browser())
    site.serve('/', selfSufficient(relay.url, vapid.publicKey))
    const { tab } = browser()
    await tab.goto(site.origin)
    relay.failNext({ status: 400, body: { code: 'invalid_record' } })
    expect(await failureOf(tab, 'register')).toMatchObject({
      name: 'PushError',
      code: 'relay-refused',
      retryable: false,
      cause: 'invalid-record',
    })
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'subscribed', reason: 'invalid-record' })
    expect(await status(tab)).toMatchObject({ state: 'subscribed', reason: 'invalid-record' })
    expect(posts(relay)).toHaveLength(1)
  })
})

describeBrowser('chromium', 'delivery without a page', () => {
  const browser = useBrowser('chromium')

  test('a Background Sync delivers a login offline, once there is a network', async () => {
    const { site, relay, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': withSdk(url, frozenTimers) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await register(tab)
    await browser().setOffline(true)
    try {
      await logIn(tab, 'ada')
      await sync(tab)
      await tab.goto('about:blank')
      relay.log.forget()
    } finally {
      await browser().setOffline(false)
    }
    const { sent } = await acknowledged(relay)
    await onProfile('ada', `${sent?.tokenData.id}`)
  })

  test('a Background Sync that found the relay down is repeated by the browser', async () => {
    const { site, relay, vapid, onProfile } = await startScene(browser())
    site.serve('/', selfSufficient(relay.url, vapid.publicKey, frozenTimers))
    const { tab } = browser()
    await tab.goto(site.origin)
    await relay.down()
    await register(tab)
    const token = await liveToken(tab)
    await unreachable(relay)
    await unreachable(relay) // the worker's try
    expect(
      await tab.evaluate(async () => {
        const [registration] = await navigator.serviceWorker.getRegistrations()
        const { sync } = registration as unknown as { sync: { getTags(): Promise<string[]> } } // Chromium only
        return sync.getTags()
      }, null),
    ).toEqual(['pushferry'])
    await tab.goto('about:blank')
    await relay.up()
    await dispatchSync(browser().native, site.origin, 'pushferry')
    await acknowledged(relay)
    await onProfile('customer-1', token)
  })
})

describeBrowser('firefox', 'delivery without Background Sync', () => {
  const browser = useBrowser('firefox')

  test('a page that becomes visible sends what is owed', async () => {
    const { site, relay, vapid, onProfile } = await startScene(browser())
    site.serve('/', selfSufficient(relay.url, vapid.publicKey, frozenTimers))
    const { tab } = browser()
    await tab.goto(site.origin)
    await relay.down()
    await register(tab)
    const other = await browser().openTab('about:blank')
    try {
      await hidden(tab)
      await sync(tab) // ends after what the hiding set off: one at a time
      await relay.up()
      await anHourPasses(tab)
      expect(posts(relay)).toEqual([])
      await tab.show()
      await acknowledged(relay)
      await onProfile('customer-1', await liveToken(tab))
    } finally {
      await other.close()
    }
  })

  test('a push, and with it the start of the worker, sends what is owed', async () => {
    const { site, relay, vapid, onProfile } = await startScene(browser(), {
      files: () => ({ '/worker.js': script(`${fastClock()}importScripts('/pushferry-sw.min.js')`) }),
    })
    const attributes = { 'vapid-key': vapid.publicKey, 'service-worker': '/worker.js' }
    site.serve('/', idlePage(relay.url, { attributes, head: frozenTimers }))
    const { tab, service, desktop } = browser()
    await tab.goto(site.origin)
    await relay.down()
    await register(tab)
    const subscription = await liveSubscription(tab)
    if (!subscription) throw new Error('there is no subscription')
    await tab.goto('about:blank')
    await relay.up()

    expect(await sendPush(service, vapid, subscription, 'a push')).toBe(201)
    await desktop.next(({ body }) => body.includes('a push'))
    await acknowledged(relay)
    await onProfile('customer-1', tokenOf(subscription))
  })
})
