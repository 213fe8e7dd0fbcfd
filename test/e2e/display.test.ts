import { expect, test } from 'vitest'
import { cleverTapPush } from './support/clevertap-push.ts'
import { becomes, liveSubscription } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import type { PushBrowser } from './support/push-browser.ts'
import { startScene } from './support/scene.ts'
import { sendPush } from './support/send-push.ts'
import { html, reportingPage, type Site } from './support/site.ts'
import { useBrowser } from './support/use-browser.ts'

const requests = (site: Site, path: string) =>
  site.log.all('request').filter(({ url }) => url === path || url.startsWith(`${path}?`))

/**
 * The name of the site without its port is what we show; with its port it is Chromium's own word for a push whose
 * notification was gone when its event ended, as after a click that is as quick as a test's.
 */
const ours = ({ title }: { readonly title: string }) => title === 'localhost'

describeBrowsers('display', (name) => {
  const browser = useBrowser(name)

  /** A registered site; `push` sends to it and waits for nothing. */
  const startRegistered = async () => {
    const current: PushBrowser = browser()
    const scene = await startScene(current, {
      files: () => ({
        '/sale': reportingPage('Sale'),
        '/shoes': reportingPage('Shoes'),
        '/br': html(''),
        '/r': html(''),
      }),
    })
    await current.tab.goto(scene.site.origin)
    await becomes(current.tab, 'registered')
    const subscription = await liveSubscription(current.tab)
    if (!subscription) throw new Error('there is no subscription')
    const push = async (payload: string | object | null) => {
      const text = payload === null || typeof payload === 'string' ? payload : JSON.stringify(payload)
      expect(await sendPush(current.service, scene.vapid, subscription, text)).toBe(201)
    }
    return { ...scene, push }
  }

  test('a push of CleverTap is shown and counted as viewed, once; a click is counted and opens its link, once', async () => {
    const { site, push } = await startRegistered()
    const { desktop } = browser()
    await push(cleverTapPush(site.origin, { title: 'Sale' }))
    const shown = await desktop.next(({ title }) => title === 'Sale')
    expect(shown.body).toContain('Everything must go')
    await site.log.take('request', ({ url }) => url.startsWith('/r?'))

    desktop.click(shown)
    await site.report('page', { url: `${site.origin}/sale?from=push` })
    const { url } = await site.log.take('request', ({ url }) => url.startsWith('/br?'))
    const link = encodeURIComponent(`${site.origin}/sale?from=push`)
    expect(url).toBe(`/br?e=abc&c=def&br=Chrome&r=${link}&b=button0&s=true`)
    await desktop.log.take('closed', ({ id }) => id === shown.id)

    // A second one, after which anything that was done twice for the first has had its time.
    await push(cleverTapPush(site.origin, { title: 'Sale again' }))
    desktop.click(await desktop.next(({ title }) => title === 'Sale again'))
    for (const start of ['/r?', '/br?']) await site.log.take('request', ({ url }) => url.startsWith(start))
    expect(requests(site, '/r')).toHaveLength(2)
    expect(requests(site, '/br')).toHaveLength(2)
    expect(desktop.log.all('shown').filter(({ notification }) => notification.title === 'Sale')).toHaveLength(1)
  })

  test('a click on a button is counted as that button’s and opens its link', async () => {
    const { site, push } = await startRegistered()
    const { desktop } = browser()
    await push(cleverTapPush(site.origin, { title: 'With a button' }))
    desktop.clickButton(await desktop.next(({ title }) => title === 'With a button'), 'Shoes')
    await site.report('page', { url: `${site.origin}/shoes` })
    const { url } = await site.log.take('request', ({ url }) => url.startsWith('/br?'))
    const link = encodeURIComponent(`${site.origin}/shoes`)
    expect(url).toBe(`/br?e=abc&c=def&br=Chrome&r=${link}&b=button1&s=true`)
    expect(requests(site, '/sale')).toEqual([])
  })

  test('a click focuses the open tab of that very URL, and opens no other', async () => {
    const { site, push } = await startRegistered()
    const current = browser()
    const sale = await current.openTab(`${site.origin}/sale?from=push`)
    await current.tab.show()
    const before = await current.tabUrls()
    await push(cleverTapPush(site.origin, { title: 'Known page' }))
    await sale.evaluate(() => {
      addEventListener('focus', () => fetch('/report', { method: 'POST', body: '{"type":"focused"}' }))
    }, null)
    current.desktop.click(await current.desktop.next(({ title }) => title === 'Known page'))
    await site.log.take('request', ({ url }) => url.startsWith('/br?'))
    if (name === 'firefox') await site.report('focused')
    expect(await current.tabUrls()).toEqual(before)
    expect(requests(site, '/sale')).toHaveLength(1)
    await sale.close()
  })

  test('a push that names no link opens the site itself when clicked', async () => {
    const { site, push } = await startRegistered()
    const { desktop } = browser()
    site.serve('/', reportingPage('Home'))
    await browser().tab.goto('about:blank')
    await push('Just a text')
    desktop.click(await desktop.next(ours))
    await site.report('page', { url: `${site.origin}/` })
  })

  test('Declarative Web Push is shown, and a click goes where it says', async () => {
    const { site, push } = await startRegistered()
    const { desktop } = browser()
    await push({
      web_push: 8030,
      notification: { title: 'Declared', body: 'By the standard', navigate: `${site.origin}/sale?declared` },
    })
    const shown = await desktop.next(({ title }) => title === 'Declared')
    expect(shown.body).toContain('By the standard')
    desktop.click(shown)
    await site.report('page', { url: `${site.origin}/sale?declared` })
    expect(requests(site, '/r')).toEqual([])
    expect(requests(site, '/br')).toEqual([])
  })

  test.each([
    ['text that is no JSON', 'Just a text', 'Just a text'],
    ['broken JSON', '{"title": "Sal', ''],
    ['no payload at all', null, ''],
  ])('a push that cannot be read is shown all the same: %s', async (_, payload, body) => {
    const { push } = await startRegistered()
    const { desktop } = browser()
    await push(payload)
    const shown = await desktop.next(ours)
    expect(shown.body).toContain(body)
    expect(shown.body).not.toContain('"title"')
  })
})
