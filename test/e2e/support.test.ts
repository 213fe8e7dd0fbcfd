import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium } from './support/chromium.ts'
import { dispatchSync, stopWorkers } from './support/chromium-workers.ts'
import { describeBrowser, describeBrowsers } from './support/describe-browser.ts'
import { startFirefox } from './support/firefox.ts'
import { leftBehind } from './support/left-behind.ts'
import { currentEndpoint, startProbeSite, subscribe, unsubscribe } from './support/probe-site.ts'
import type { PushBrowser } from './support/push-browser.ts'
import { createVapidKeys, type SubscriptionJson, sendPush } from './support/send-push.ts'
import type { Site } from './support/site.ts'
import { startBrowser } from './support/start-browser.ts'

/** Mozilla's push service gives a reason in its messages, and keeps the old subscription in the event; Google's does not. */
const differences = {
  chromium: {
    endpoint: (token: string | null) => new RegExp(`^https://.+/${token}$`),
    delivered: {},
    revoked: {},
    unsubscribed: {},
    keepsOld: false,
    refusal: 'push service error',
  },
  firefox: {
    endpoint: (token: string | null) =>
      new RegExp(`^https://updates\\.push\\.services\\.mozilla\\.com/wpush/v2/${token}$`),
    delivered: { code: 100 },
    revoked: { code: 202 },
    unsubscribed: { code: 200 },
    keepsOld: true,
    refusal: 'retrieving push subscription',
  },
}
const vapid = createVapidKeys()

/** A probe site, a browser on it, and a subscription, for a suite whose tests are steps. */
const useSubscribed = <B extends PushBrowser>(start: (origin: string) => Promise<B>) => {
  let site: Site | undefined
  let browser: B | undefined
  let subscription: SubscriptionJson | undefined
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('exists only while tests run')
    return value
  }
  const use = {
    site: () => there(site),
    browser: () => there(browser),
    endpoint: () => there(subscription).endpoint,
    subscribe: async () => {
      subscription = await subscribe(use.browser().tab, vapid.publicKey)
    },
    push: (body: string | null) => sendPush(use.browser().service, vapid, there(subscription), body),
  }
  beforeAll(async () => {
    site = await startProbeSite()
    browser = await start(site.origin)
    await browser.tab.goto(site.origin)
    await use.subscribe()
  })
  afterAll(async () => {
    await browser?.stop()
    await site?.stop()
  })
  return use
}

describeBrowsers('the test support, step by step', (name) => {
  const differs = differences[name]
  const use = useSubscribed((origin) => startBrowser(name, { origin }))
  const { site, browser, endpoint, push } = use

  test('subscribes at our push service with the key of the page', async () => {
    const { token, applicationServerKey } = await browser().service.log.take('register')
    expect(endpoint()).toMatch(differs.endpoint(token))
    expect(applicationServerKey).toBe(vapid.publicKey)
  })

  test('shows an encrypted push, and acknowledges it', async () => {
    expect(await push('grüße')).toBe(201)
    await site().report('push', { text: 'grüße', trusted: true })
    const shown = await browser().desktop.next()
    expect(shown).toMatchObject({ title: 'Probe' })
    expect(shown.body).toContain('grüße')
    expect(await browser().service.log.take('ack')).toMatchObject(differs.delivered)
  })

  test('gets a push without payload', async () => {
    expect(await push(null)).toBe(201)
    await site().report('push', { text: null })
    await browser().desktop.next()
  })

  test('reports a click on the desktop notification, a click on its button, and its dismissal', async () => {
    const opened = `${site().origin}/opened`
    const { desktop } = browser()
    await push('click')
    desktop.click(await desktop.next())
    await site().report('notificationclick', { action: '', trusted: true, data: { text: 'click' }, opened })
    await push('button')
    desktop.clickButton(await desktop.next(), 'Go')
    await site().report('notificationclick', { action: 'go', data: { text: 'button' }, opened })
    await push('dismiss')
    desktop.dismiss(await desktop.next())
    await site().report('notificationclose', { data: { text: 'dismiss' } })
  })

  test('opens a second tab', async () => {
    const url = `${site().origin}/opened?second`
    const second = await browser().openTab(url)
    expect(await browser().tabUrls()).toContain(url)
    expect(await currentEndpoint(second)).toBe(endpoint())
    await second.close()
  })

  test('keeps the subscription over a restart, and gets what was sent meanwhile', async () => {
    await browser().close()
    expect(await push('while closed')).toBe(201)
    await browser().restart()
    await browser().tab.goto(site().origin)
    await site().report('push', { text: 'while closed' })
    await browser().desktop.next()
    expect(await currentEndpoint(browser().tab)).toBe(endpoint())
  })

  test('loses the subscription with the permission, and fires pushsubscriptionchange when it is back', async () => {
    const { service, setPermission, tab } = browser()
    service.log.forget()
    await setPermission(site().origin, 'denied')
    expect(await service.log.take('unregister')).toMatchObject(differs.revoked)
    expect(await currentEndpoint(tab)).toBeNull()
    expect(await push('too late')).toBe(410)
    expect(
      site()
        .reports()
        .filter(({ type }) => type === 'pushsubscriptionchange'),
    ).toEqual([])
    await setPermission(site().origin, 'granted')
    const old = differs.keepsOld ? endpoint() : null
    await site().report('pushsubscriptionchange', { old, new: null, trusted: true })
  })

  test('gets a new endpoint after unsubscribing', async () => {
    const { service, tab } = browser()
    await use.subscribe()
    service.log.forget()
    expect(await unsubscribe(tab)).toBe(true)
    expect(await service.log.take('unregister')).toMatchObject(differs.unsubscribed)
    const next = await subscribe(tab, vapid.publicKey)
    expect(next.endpoint).not.toBe(endpoint())
  })

  test('is refused by the push service, or left waiting', async () => {
    const { service, tab } = browser()
    await unsubscribe(tab)
    service.log.forget()
    service.failNext('refuse')
    await expect(subscribe(tab, vapid.publicKey)).rejects.toThrow(differs.refusal)
    expect(await service.log.take('register')).toMatchObject({ token: null })
    service.failNext('hang')
    const pending = subscribe(tab, vapid.publicKey).then(
      () => 'settled',
      () => 'ended with the page',
    )
    expect(await service.log.take('register')).toMatchObject({ token: null })
    await tab.goto('about:blank')
    expect(await pending).toBe('ended with the page')
  })

  test('takes every process and folder with it when it stops', async () => {
    await browser().stop()
    expect(leftBehind(browser().folder)).toEqual([])
  })

  test.each(['denied', 'default'] as const)('starts with the earlier answer %s of the user', async (permission) => {
    const other = await startBrowser(name, { origin: site().origin, permission })
    try {
      await other.tab.goto(site().origin)
      expect(await other.tab.evaluate(() => Notification.permission, null)).toBe(permission)
      // Firefox shows its question, which nobody answers.
      if (name === 'firefox') return
      await expect(subscribe(other.tab, vapid.publicKey)).rejects.toThrow('permission denied')
    } finally {
      await other.stop()
    }
  })
})

describeBrowser('chromium', 'the test support', () => {
  const args = ['--enable-features=PushSubscriptionChangeEventOnInvalidation']
  const { site, browser, endpoint, push } = useSubscribed((origin) => startChromium({ origin, args }))

  test('wakes a stopped worker with a push, and with a Background Sync', async () => {
    const { native, desktop } = browser()
    await stopWorkers(native)
    await push('wake up')
    await site().report('push', { text: 'wake up' })
    await desktop.next()
    await stopWorkers(native)
    await dispatchSync(native, site().origin, 'owed', true)
    await site().report('sync', { tag: 'owed', lastChance: true, trusted: true })
  })

  test('fires pushsubscriptionchange with the old subscription at once, where that feature is on', async () => {
    await browser().setPermission(site().origin, 'denied')
    await site().report('pushsubscriptionchange', { old: endpoint(), new: null, trusted: true })
  })
})

describeBrowser('firefox', 'the test support', () => {
  const { site, browser, endpoint, push } = useSubscribed((origin) => startFirefox({ origin }))

  test('gets what was sent while it was disconnected', async () => {
    const { service, desktop } = browser()
    service.log.forget()
    service.disconnect()
    await service.log.take('disconnect')
    expect(await push('while disconnected')).toBe(201)
    await service.log.take('connect')
    await site().report('push', { text: 'while disconnected' })
    await desktop.next()
  })

  test('fires pushsubscriptionchange when the push service has forgotten it', async () => {
    browser().service.forgetBrowser()
    await site().report('pushsubscriptionchange', { old: endpoint(), new: null, trusted: true })
    expect(await currentEndpoint(browser().tab)).toBeNull()
  })
})
