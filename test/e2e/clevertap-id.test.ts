import { expect, test } from 'vitest'
import { forgetCookies } from './support/cookies.ts'
import { becomes, failureOf, liveToken, sync, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { sdkFile } from './support/ingestion.ts'
import { startScene } from './support/scene.ts'
import { useBrowser } from './support/use-browser.ts'

const id = '0123456789abcdef0123456789abcdef'

/** Where CleverTap's Web SDK leaves its ID (github.com/CleverTap/clevertap-web-sdk, src/modules/device.js), and how a page looks before it has loaded. */
const shapes = {
  'the live SDK': `clevertap = { getCleverTapID: () => '${id}' }`,
  'storage, as the SDK writes it': `localStorage.WZRK_G = '%22${id}%22'`,
  'storage, in the older bare form': `localStorage.WZRK_G = '${id}'`,
  'storage, while the SDK is still its stub': `clevertap = { event: [], profile: [], account: [], onUserLogin: [] }
    localStorage.WZRK_G = '%22${id}%22'`,
  'the cookie': `document.cookie = 'WZRK_G=${id}; path=/'`,
  'the cookie beside others': `document.cookie = 'a=1'; document.cookie = 'WZRK_G=${id}; path=/'; document.cookie = 'z=2'`,
  'the SDK, once its server has answered': `clevertap = { getCleverTapID: () => null }
    addEventListener('load', () => { clevertap = { getCleverTapID: () => '${id}' } })`,
}

describeBrowsers('the CleverTap ID', (name) => {
  const browser = useBrowser(name)

  test.each(Object.entries(shapes))('finds the CleverTap ID in %s', async (_, head) => {
    const { site, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': tagPage(url, { attributes: { 'object-id': null }, head: `<script>${head}</script>` }) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    try {
      expect(await becomes(tab, 'registered')).toMatchObject({ objectId: id })
      await onProfile(id, await liveToken(tab))
    } finally {
      await forgetCookies(tab)
    }
  })

  test('is found in the real SDK, as npm has it, with which it shares the page', async () => {
    // An ID of the site's own, because the others are given out by CleverTap's servers, which no test asks. Browsers know the
    // address of each name under localhost by themselves; the page's load event waits for the SDK's request, which is refused.
    const head = `<script>var clevertap = {
      event: [], profile: [], onUserLogin: [], notifications: [], privacy: [],
      account: [{ id: 'TEST-000-000-000Z' }, 'eu1', 'clevertap.localhost'],
      config: { customId: 'visitor_1' },
    }</script>
<script async src="/clevertap.min.js"></script>`
    const { site, onProfile } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, { attributes: { 'object-id': null }, head }),
        '/clevertap.min.js': sdkFile(),
      }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    try {
      // The page's own call waits ten seconds for an ID, which the SDK may need to load on a busy machine.
      await tab.evaluate(async () => {
        while (!clevertap.getCleverTapID?.()) await new Promise((resolve) => setTimeout(resolve, 20))
      }, null)
      const status = await sync(tab)
      expect(status).toMatchObject({ state: 'registered', objectId: '_w_visitor_1' })
      expect(await tab.evaluate(() => clevertap.getCleverTapID(), null)).toBe(status.objectId)
      await onProfile('_w_visitor_1', await liveToken(tab))
    } finally {
      await forgetCookies(tab)
    }
  })

  test('where there is none in time, nothing is registered and the reason is said', async () => {
    const { site, relay } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(`${site.origin}/empty`)
    site.serve('/', tagPage(relay.url, { attributes: { auto: 'false' } }))
    await tab.goto(site.origin)
    await tab.evaluate((url) => {
      globalThis.pushferry = Object.assign(pushferry.createPush({ relay: url, timeoutMs: 500 }), {
        createPush: pushferry.createPush,
      })
    }, relay.url)
    expect(await failureOf(tab, 'sync')).toMatchObject({ code: 'no-object-id', retryable: true })
    expect(relay.log.all('answered')).toEqual([])
    await tab.evaluate(() => {
      localStorage.WZRK_G = '%22later%22'
    }, null)
    expect(await sync(tab)).toMatchObject({ state: 'registered', objectId: 'later' })
  })
})
