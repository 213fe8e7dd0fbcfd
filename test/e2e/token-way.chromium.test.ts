import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { type ChromiumBrowser, startChromium } from './support/chromium.ts'
import { cleverTapPush } from './support/clevertap-push.ts'
import { liveSubscription } from './support/customer-page.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { type RunningRelay, startRelay } from './support/running-relay.ts'
import { createVapidKeys, type SubscriptionJson, sendPush } from './support/send-push.ts'
import { built, html, reportingPage, type Site, startSite } from './support/site.ts'

// What a customer pastes: the script tag, the worker's file on the own host, and a button.
const page = (relay: string) =>
  html(`<!doctype html>
<title>A customer's site</title>
<script async src="${relay}/pushferry.min.js" data-relay="${relay}" data-object-id="customer-1"></script>
<button onclick="pushferry.register()">Subscribe</button>`)

const paddedLength = (base64: string) => Math.ceil(base64.length / 4) * 4

describeBrowser('chromium', 'the way of a token', () => {
  const vapid = createVapidKeys()
  let clevertap: Simulator
  let site: Site
  let relay: RunningRelay
  let browser: ChromiumBrowser

  beforeAll(async () => {
    clevertap = await startSimulator()
    site = await startSite({
      '/pushferry-sw.min.js': built('pushferry-sw.min.js'),
      '/sale': reportingPage('Sale'),
      '/shoes': reportingPage('Shoes'),
      '/br': html(''),
      '/r': html(''),
    })
    relay = await startRelay({ clevertap, origin: site.origin, vapidPublicKey: vapid.publicKey })
    site.serve('/', page(relay.url))
    browser = await startChromium({ origin: site.origin })
    await browser.tab.goto(site.origin)
  })
  afterAll(async () => {
    await browser?.stop()
    await relay?.stop()
    await site?.stop()
    await clevertap?.stop()
  })

  /** The browser's own word, against which all the others are held. */
  const subscription = async (): Promise<SubscriptionJson> => {
    const live = await liveSubscription(browser.tab)
    if (!live) throw new Error('there is no subscription')
    return live
  }

  test('a click on subscribe brings exactly the chrome record to CleverTap', async () => {
    await browser.tab.click('button')
    await clevertap.until(({ counts }) => counts.accepted === 1)
    const { endpoint, keys } = await subscription()
    const record = {
      type: 'token',
      tokenData: {
        id: endpoint.slice(endpoint.lastIndexOf('/') + 1),
        type: 'chrome',
        keys: {
          p256dh: keys.p256dh.padEnd(paddedLength(keys.p256dh), '='),
          auth: keys.auth.padEnd(paddedLength(keys.auth), '='),
        },
      },
      objectId: 'customer-1',
    }
    expect(
      clevertap
        .received()
        .filter(({ dryRun }) => !dryRun)
        .flatMap(({ records }) => records),
    ).toEqual([record])
    expect(await browser.service.log.take('register')).toMatchObject({ applicationServerKey: vapid.publicKey })
  })

  test('a push in the form of CleverTap is shown, counted as viewed, and counted and opened when clicked', async () => {
    const payload = JSON.stringify(cleverTapPush(site.origin))
    expect(await sendPush(browser.service, vapid, await subscription(), payload)).toBe(201)
    const shown = await browser.desktop.next()
    expect(shown.title).toBe('Sale')
    expect(shown.body).toContain('Everything must go')
    await site.log.take('request', ({ url }) => url === '/r?e=abc&c=def&br=Chrome')

    browser.desktop.click(shown)
    await site.report('page', { url: `${site.origin}/sale?from=push` })
    const clicked = await site.log.take('request', ({ url }) => url.startsWith('/br?'))
    const link = encodeURIComponent(`${site.origin}/sale?from=push`)
    expect(clicked.url).toBe(`/br?e=abc&c=def&br=Chrome&r=${link}&b=button0&s=true`)
  })

  test('a click on a button of the push opens that button’s link', async () => {
    const payload = JSON.stringify(cleverTapPush(site.origin))
    await sendPush(browser.service, vapid, await subscription(), payload)
    // By its title: Chromium shows one of its own where a click has closed the one before as its push event was ending.
    browser.desktop.clickButton(await browser.desktop.next(({ title }) => title === 'Sale'), 'Shoes')
    await site.report('page', { url: `${site.origin}/shoes` })
    const link = encodeURIComponent(`${site.origin}/shoes`)
    await site.log.take('request', ({ url }) => url === `/br?e=abc&c=def&br=Chrome&r=${link}&b=button1&s=true`)
  })
})
