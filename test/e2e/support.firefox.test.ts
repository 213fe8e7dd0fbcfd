import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeBrowser } from './support/describe-browser.ts'
import { type FirefoxBrowser, startFirefox } from './support/firefox.ts'
import { leftBehind } from './support/left-behind.ts'
import { currentEndpoint, startProbeSite, subscribe, unsubscribe } from './support/probe-site.ts'
import { createVapidKeys, type SubscriptionJson, sendPush } from './support/send-push.ts'
import type { Site } from './support/site.ts'

describeBrowser('firefox', 'the test support', () => {
  const vapid = createVapidKeys()
  let site: Site

  beforeAll(async () => {
    site = await startProbeSite()
  })
  afterAll(() => site?.stop())

  describe('in one browser, step by step', () => {
    let browser: FirefoxBrowser
    let subscription: SubscriptionJson

    beforeAll(async () => {
      browser = await startFirefox({ origin: site.origin })
      await browser.tab.goto(site.origin)
      subscription = await subscribe(browser.tab, vapid.publicKey)
    })
    afterAll(() => browser?.stop())

    const push = (text: string | null) => sendPush(browser.service, vapid, subscription, text)

    test('subscribes at our push service with the key of the page', async () => {
      const { token, applicationServerKey } = await browser.service.log.take('register')
      expect(subscription.endpoint).toBe(`https://updates.push.services.mozilla.com/wpush/v2/${token}`)
      expect(applicationServerKey).toBe(vapid.publicKey)
    })

    test('shows an encrypted push, and acknowledges it', async () => {
      expect(await push('grüße')).toBe(201)
      await site.report('push', { text: 'grüße', trusted: true })
      const shown = await browser.desktop.next()
      expect(shown).toMatchObject({ title: 'Probe' })
      expect(shown.body).toContain('grüße')
      expect(await browser.service.log.take('ack')).toMatchObject({ code: 100 })
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

    test('opens a second tab', async () => {
      const second = await browser.openTab(`${site.origin}/opened?second`)
      expect(await browser.tabUrls()).toContain(`${site.origin}/opened?second`)
      expect(await currentEndpoint(second)).toBe(subscription.endpoint)
      await second.close()
    })

    test('gets what was sent while it was disconnected', async () => {
      browser.service.log.forget()
      browser.service.disconnect()
      await browser.service.log.take('disconnect')
      expect(await push('while disconnected')).toBe(201)
      await browser.service.log.take('connect')
      await site.report('push', { text: 'while disconnected' })
      await browser.desktop.next()
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
      expect(await browser.service.log.take('unregister')).toMatchObject({ code: 202 })
      expect(await currentEndpoint(browser.tab)).toBeNull()
      expect(await push('too late')).toBe(410)
      expect(site.reports().filter(({ type }) => type === 'pushsubscriptionchange')).toEqual([])
      await browser.setPermission(site.origin, 'granted')
      await site.report('pushsubscriptionchange', { old: subscription.endpoint, new: null, trusted: true })
    })

    test('fires pushsubscriptionchange when the push service has forgotten it', async () => {
      const { endpoint } = await subscribe(browser.tab, vapid.publicKey)
      browser.service.forgetBrowser()
      await site.report('pushsubscriptionchange', { old: endpoint, new: null, trusted: true })
      expect(await currentEndpoint(browser.tab)).toBeNull()
    })

    test('gets a new endpoint after unsubscribing', async () => {
      subscription = await subscribe(browser.tab, vapid.publicKey)
      browser.service.log.forget()
      expect(await unsubscribe(browser.tab)).toBe(true)
      expect(await browser.service.log.take('unregister')).toMatchObject({ code: 200 })
      const next = await subscribe(browser.tab, vapid.publicKey)
      expect(next.endpoint).not.toBe(subscription.endpoint)
    })

    test('is refused by the push service, or left waiting', async () => {
      await unsubscribe(browser.tab)
      browser.service.log.forget()
      browser.service.failNext('refuse')
      await expect(subscribe(browser.tab, vapid.publicKey)).rejects.toThrow('retrieving push subscription')
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

  test('starts with the answer that the user gave before', async () => {
    for (const permission of ['denied', 'default'] as const) {
      const browser = await startFirefox({ origin: site.origin, permission })
      try {
        await browser.tab.goto(site.origin)
        expect(await browser.tab.evaluate(() => Notification.permission, null)).toBe(permission)
      } finally {
        await browser.stop()
      }
    }
  })
})
