import { expect, test } from 'vitest'
import { dispatchSync } from './support/chromium-workers.ts'
import { fastClock } from './support/clocks.ts'
import { becomes, liveSubscription, liveToken, tagPage } from './support/customer-page.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { startFirefox } from './support/firefox.ts'
import type { PushBrowser } from './support/push-browser.ts'
import { type Scene, startScene } from './support/scene.ts'
import { sendPush } from './support/send-push.ts'
import { script } from './support/site.ts'
import { useBrowser, useOwnBrowser } from './support/use-browser.ts'

/** The worker as a site has it, after a listener that says what the browser's event carries. */
const reportingWorker = (head: string) =>
  script(`
${head}
self.addEventListener('pushsubscriptionchange', ({ oldSubscription, newSubscription }) => {
  const ends = { old: oldSubscription?.endpoint ?? null, new: newSubscription?.endpoint ?? null }
  fetch('/report', { method: 'POST', body: JSON.stringify({ type: 'change', ...ends }) })
})
importScripts('/pushferry-sw.min.js')`)

/**
 * A registered site, all of whose pages are closed.
 *
 * @param workerHead script at the top of its worker
 */
const registerAndLeave = async (browser: PushBrowser, workerHead = '') => {
  const scene = await startScene(browser, {
    files: (url) => ({
      '/': tagPage(url, { attributes: { 'service-worker': '/worker.js' } }),
      '/worker.js': reportingWorker(workerHead),
    }),
  })
  await browser.tab.goto(scene.site.origin)
  await becomes(browser.tab, 'registered')
  const subscription = await liveSubscription(browser.tab)
  if (!subscription) throw new Error('there is no subscription')
  const token = await liveToken(browser.tab)
  await scene.onProfile('customer-1', token)
  await browser.tab.goto('about:blank')
  scene.relay.log.forget()
  browser.service.log.forget()
  return { ...scene, token, subscription }
}

/** What the relay is told, and what comes of it. */
const expectReplacement = async ({ relay, onProfile }: Scene, browser: PushBrowser, replaced: string) => {
  const { sent, answer } = await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
  expect(sent).toMatchObject({ objectId: 'customer-1', replaces: replaced })
  expect(answer).toMatchObject({ objectId: 'customer-1' })
  // By name, because a push service that forgets a browser forgets the sites of earlier tests too.
  const { token } = await browser.service.log.take('register', (event) => event.token === sent?.tokenData.id)
  await onProfile('customer-1', `${token}`)
}

describeBrowser('chromium', 'a subscription that changes while no page is open', () => {
  const browser = useBrowser('chromium')

  /** Permission goes and comes back: Chromium's one way to the event, with neither old nor new subscription. */
  const change = async ({ site }: Scene) => {
    await browser().setPermission(site.origin, 'denied')
    await browser().service.log.take('unregister')
    await browser().setPermission(site.origin, 'granted')
    expect(await site.report('change')).toMatchObject({ old: null, new: null })
  }

  test('is made again by the worker, which tells the relay', async () => {
    const scene = await registerAndLeave(browser())
    await change(scene)
    await expectReplacement(scene, browser(), scene.token)
  })

  test('reaches a relay that was down, by the browser’s own repetition of the Background Sync', async () => {
    const scene = await registerAndLeave(browser())
    await scene.relay.down()
    await change(scene)
    await scene.relay.log.take('unreachable', ({ method }) => method === 'POST')
    await scene.relay.up()
    await dispatchSync(browser().native, scene.site.origin, 'pushferry')
    await expectReplacement(scene, browser(), scene.token)
  })
})

describeBrowser('firefox', 'a subscription that changes while no page is open', () => {
  // The push service forgets the whole browser, and so the sites of other files.
  const browser = useOwnBrowser(() => startFirefox({ origin: '*' }))

  test('forgotten by the push service, is made again by the worker, which tells the relay', async () => {
    const scene = await registerAndLeave(browser())
    browser().service.forgetBrowser()
    expect(await scene.site.report('change')).toMatchObject({ old: scene.subscription.endpoint, new: null })
    await expectReplacement(scene, browser(), scene.token)
  })

  test('lost with the permission, is made again by the worker when that is back', async () => {
    const scene = await registerAndLeave(browser())
    await browser().setPermission(scene.site.origin, 'denied')
    await browser().service.log.take('unregister')
    await browser().setPermission(scene.site.origin, 'granted')
    expect(await scene.site.report('change')).toMatchObject({ old: scene.subscription.endpoint, new: null })
    await expectReplacement(scene, browser(), scene.token)
  })

  test('reaches a relay that was down, with the next push', async () => {
    const scene = await registerAndLeave(browser(), fastClock())
    await scene.relay.down()
    browser().service.forgetBrowser()
    await scene.site.report('change')
    await scene.relay.log.take('unreachable', ({ method }) => method === 'POST')
    await scene.relay.up()
    // The relay may have been asked for no more than a preflight, so it is the push service that knows the new endpoint.
    const { service } = browser()
    const made = service.log
      .all('register')
      .findLast(({ applicationServerKey }) => applicationServerKey === scene.vapid.publicKey)
    const endpoint = scene.subscription.endpoint.replace(scene.token, `${made?.token}`)
    // Without a payload, because nobody but the worker knows the new keys.
    expect(await sendPush(service, scene.vapid, { ...scene.subscription, endpoint }, null)).toBe(201)
    await browser().desktop.next(({ title }) => title === 'localhost')
    await expectReplacement(scene, browser(), scene.token)
  })

  test('reaches a relay that was down, with the next page', async () => {
    const scene = await registerAndLeave(browser())
    await scene.relay.down()
    browser().service.forgetBrowser()
    await scene.site.report('change')
    await scene.relay.log.take('unreachable', ({ method }) => method === 'POST')
    await scene.relay.up()
    await browser().tab.goto(scene.site.origin)
    await expectReplacement(scene, browser(), scene.token)
  })
})
