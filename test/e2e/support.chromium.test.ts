import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChromiumBrowser, startChromium } from './support/chromium.ts'
import { dispatchSync, stopWorkers } from './support/chromium-workers.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { leftBehind } from './support/left-behind.ts'
import { currentEndpoint, startProbeSite, subscribe, unsubscribe } from './support/probe-site.ts'
import { createVapidKeys, type SubscriptionJson, sendPush } from './support/send-push.ts'
import type { Site } from './support/site.ts'

describeBrowser('chromium', 'the test support', () => {
  const vapid = createVapidKeys()
  let site: Site

  beforeAll(async () => {
    site = await startProbeSite()
  })
  afterAll(() => site?.stop())

  describe('in one browser, step by step', () => {
    let browser: ChromiumBrowser
    let subscription: SubscriptionJson

    beforeAll(async () => {
      browser = await startChromium({ origin: site.origin })
      await browser.tab.goto(site.origin)
      subscription = await subscribe(browser.tab, vapid.publicKey)
    })
    afterAll(() => browser?.stop())

    const push = (text: string | null) => sendPush(browser.service, vapid, subscription, text)

    test('subscribes at our push service with the key of the page', async () => {
      const { token, applicationServerKey } = await browser.service.log.take('register')
      expect(subscription.endpoint).toMatch(new RegExp(`^https://.+/${token}$`))
      expect(applicationServerKey).toBe(vapid.publicKey)
    })

    test('shows an encrypted push, and acknowledges it', async () => {
      expect(await push('grüße')).toBe(201)
      await site.report('push', { text: 'grüße', trusted: true })
      const shown = await browser.desktop.next()
      expect(shown).toMatchObject({ title: 'Probe' })
      expect(shown.body).toContain('grüße')
      await browser.service.log.take('ack')
    })

    test('gets a push without payload', async () => {
      expect(await push(null)).toBe(201)
      await site.report('push', { text: null })
      await browser.desktop.next()
    })

    test('feels a click on the desktop notification, a click on its button, and its dismissal', async () => {
      const opened = `${site.origin}/opened`
      await push('click')
      browser.desktop.click(await browser.desktop.next())
      await site.report('notificationclick', { action: '', trusted: true, data: { text: 'click' }, opened })
      await push('button')
      browser.desktop.clickButton(await browser.desktop.next(), 'Go')
      await site.report('notificationclick', { action: 'go', data: { text: 'button' }, opened })
      await push('dismiss')
      browser.desktop.dismiss(await browser.desktop.next())
      await site.report('notificationclose', { data: { text: 'dismiss' } })
    })

    test('wakes a stopped worker with a push, and with a Background Sync', async () => {
      await stopWorkers(browser.native)
      await push('wake up')
      await site.report('push', { text: 'wake up' })
      await browser.desktop.next()
      await stopWorkers(browser.native)
      await dispatchSync(browser.native, site.origin, 'owed', true)
      await site.report('sync', { tag: 'owed', lastChance: true, trusted: true })
    })

    test('opens a second tab', async () => {
      const second = await browser.openTab(`${site.origin}/opened?second`)
      expect(await browser.tabUrls()).toContain(`${site.origin}/opened?second`)
      expect(await currentEndpoint(second)).toBe(subscription.endpoint)
      await second.close()
    })

    test('keeps the subscription over a restart, and gets what was sent meanwhile', async () => {
      await browser.close()
      expect(await push('while closed')).toBe(201)
      await browser.restart()
      await browser.tab.goto(site.origin)
      await site.report('push', { text: 'while closed' })
      await browser.desktop.next()
      expect(await currentEndpoint(browser.tab)).toBe(subscription.endpoint)
    })

    test('loses the subscription with the permission, and fires pushsubscriptionchange when it is back', async () => {
      browser.service.log.forget()
      await browser.setPermission(site.origin, 'denied')
      await browser.service.log.take('unregister')
      expect(await currentEndpoint(browser.tab)).toBeNull()
      expect(await push('too late')).toBe(410)
      expect(site.reports().filter(({ type }) => type === 'pushsubscriptionchange')).toEqual([])
      await browser.setPermission(site.origin, 'granted')
      await site.report('pushsubscriptionchange', { old: null, new: null, trusted: true })
    })

    test('gets a new endpoint after unsubscribing', async () => {
      subscription = await subscribe(browser.tab, vapid.publicKey)
      browser.service.log.forget()
      expect(await unsubscribe(browser.tab)).toBe(true)
      await browser.service.log.take('unregister')
      const next = await subscribe(browser.tab, vapid.publicKey)
      expect(next.endpoint).not.toBe(subscription.endpoint)
    })

    test('is refused by the push service, or left waiting', async () => {
      await unsubscribe(browser.tab)
      browser.service.log.forget()
      browser.service.failNext('refuse')
      await expect(subscribe(browser.tab, vapid.publicKey)).rejects.toThrow('push service error')
      expect(await browser.service.log.take('register')).toMatchObject({ token: null })
      browser.service.failNext('hang')
      const pending = subscribe(browser.tab, vapid.publicKey).then(
        () => 'settled',
        () => 'ended with the page',
      )
      expect(await browser.service.log.take('register')).toMatchObject({ token: null })
      await browser.tab.goto('about:blank')
      expect(await pending).toBe('ended with the page')
    })

    test('takes every process and folder with it when it stops', async () => {
      await browser.stop()
      expect(leftBehind(browser.folder)).toEqual([])
    })
  })

  test('fires pushsubscriptionchange with the old subscription at once, where that feature is on', async () => {
    const args = ['--enable-features=PushSubscriptionChangeEventOnInvalidation']
    const browser = await startChromium({ origin: site.origin, args })
    try {
      await browser.tab.goto(site.origin)
      const { endpoint } = await subscribe(browser.tab, vapid.publicKey)
      await browser.setPermission(site.origin, 'denied')
      await site.report('pushsubscriptionchange', { old: endpoint, new: null, trusted: true })
    } finally {
      await browser.stop()
    }
  })

  test('starts with the answer that the user gave before', async () => {
    for (const permission of ['denied', 'default'] as const) {
      const browser = await startChromium({ origin: site.origin, permission })
      try {
        await browser.tab.goto(site.origin)
        expect(await browser.tab.evaluate(() => Notification.permission, null)).toBe(permission)
        await expect(subscribe(browser.tab, vapid.publicKey)).rejects.toThrow('permission denied')
      } finally {
        await browser.stop()
      }
    }
  })
})
