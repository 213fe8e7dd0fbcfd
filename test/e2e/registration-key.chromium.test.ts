import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../src/simulator/index.ts'
import { createCertificate } from './support/certificate.ts'
import { type ChromiumBrowser, startChromium } from './support/chromium.ts'
import { idlePage, register, sync, unregister } from './support/customer-page.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { startRelay } from './support/running-relay.ts'
import { createVapidKeys } from './support/send-push.ts'
import { built, html, type Site, startSite } from './support/site.ts'

const certificate = createCertificate()
/** `co.uk` is a public suffix, for which browsers take no cookie. */
const hosts = ['shop.example', 'www.shop.example', 'shop.co.uk', 'www.shop.co.uk']

describeBrowser('chromium', 'the registration key lives as long as the objectId', () => {
  let browser: ChromiumBrowser
  let site: Site
  beforeAll(async () => {
    site = await startSite(
      {
        '/pushferry.min.js': built('pushferry.min.js'),
        '/pushferry-sw.min.js': built('pushferry-sw.min.js'),
        '/logout': html('<!doctype html><title>Signed out</title>', { 'clear-site-data': '"storage"' }),
      },
      {},
      certificate,
    )
    browser = await startChromium({ origin: '*', hosts, spkiPin: certificate.spkiPin })
  })
  afterAll(async () => {
    await browser?.stop()
    await site?.stop()
  })

  /** A relay that knows nobody yet, and the address of the site under a name. */
  const startHost = async () => {
    const { port } = new URL(site.origin)
    const origin = (host: string) => `https://${host}:${port}`
    const clevertap = await startSimulator({ rotation: 'replace' })
    onTestFinished(() => clevertap.stop())
    const relay = await startRelay({
      clevertap,
      origin: hosts.map(origin).join(','),
      vapidPublicKey: createVapidKeys().publicKey,
    })
    onTestFinished(() => relay.stop())
    onTestFinished(async () => {
      await browser.tab.goto('about:blank')
      await browser.native.clearCookies()
    })
    site.serve('/', idlePage(relay.url))
    const tokens = () =>
      relay.log
        .all('answered')
        .filter(({ method, status }) => method === 'POST' && status === 202)
        .map(({ sent }) => sent?.tokenData.id)
    return { origin, relay, tokens }
  }
  const refusals = (relay: Awaited<ReturnType<typeof startRelay>>) =>
    relay.log.all('answered').filter(({ status }) => status === 403)

  test('Clear-Site-Data: "storage" at a logout locks nobody out', async () => {
    const { origin, relay, tokens } = await startHost()
    const { tab } = browser
    await tab.goto(origin('shop.example'))
    expect(await register(tab)).toMatchObject({ state: 'registered' })
    await tab.goto(`${origin('shop.example')}/logout`)
    await tab.goto(origin('shop.example'))
    expect(await tab.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length, null)).toBe(0)
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(new Set(tokens()).size).toBe(2)
    expect(refusals(relay)).toEqual([])
  })

  test('storage that the browser has evicted locks nobody out', async () => {
    const { origin, relay, tokens } = await startHost()
    const { tab } = browser
    await tab.goto(origin('www.shop.example'))
    expect(await register(tab)).toMatchObject({ state: 'registered' })
    await tab.goto('about:blank')
    const [page] = browser.native.pages()
    const session = page && (await browser.native.newCDPSession(page))
    await session?.send('Storage.clearDataForOrigin', {
      origin: origin('www.shop.example'),
      storageTypes: 'indexeddb,local_storage,service_workers,cache_storage',
    })
    await tab.goto(origin('www.shop.example'))
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(new Set(tokens()).size).toBe(2)
    expect(refusals(relay)).toEqual([])
  })

  test.each([
    ['shop.example', '.shop.example'],
    ['shop.co.uk', '.shop.co.uk'],
  ])('from %s to its www and back the key is the same cookie, on the broadest domain', async (apex, domain) => {
    const { origin, relay } = await startHost()
    const { tab } = browser
    for (const host of [apex, `www.${apex}`, apex]) {
      await tab.goto(origin(host))
      expect(await register(tab), host).toMatchObject({ state: 'registered' })
    }
    expect(refusals(relay)).toEqual([])
    const cookies = (await browser.native.cookies()).filter(({ name }) => name === 'pushferry_key')
    expect(cookies).toMatchObject([{ domain, path: '/', secure: true, sameSite: 'Lax' }])
  })

  test('unregister(), then cleared storage, then register() again', async () => {
    const { origin, relay } = await startHost()
    const { tab } = browser
    await tab.goto(origin('shop.example'))
    await register(tab)
    await unregister(tab)
    await tab.goto(`${origin('shop.example')}/logout`)
    await tab.goto(origin('shop.example'))
    expect(await register(tab)).toMatchObject({ state: 'registered' })
    expect(refusals(relay)).toEqual([])
  })

  test('a stranger who has no key is refused still', async () => {
    const { origin, relay } = await startHost()
    const { tab } = browser
    await tab.goto(origin('shop.example'))
    await register(tab)
    await tab.goto(`${origin('shop.example')}/logout`)
    await browser.native.clearCookies()
    await tab.goto(origin('shop.example'))
    expect(await sync(tab)).toMatchObject({ state: 'subscribed', reason: 'registration-key-mismatch' })
    expect(refusals(relay)).toHaveLength(1)
  })
})
