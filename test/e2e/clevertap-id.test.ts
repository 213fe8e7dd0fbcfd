import { expect, test } from 'vitest'
import { becomes, failureOf, liveToken, sync, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { startScene } from './support/scene.ts'
import { startBrowser } from './support/start-browser.ts'
import { useBrowser } from './support/use-browser.ts'

const id = '0123456789abcdef0123456789abcdef'

/** Where CleverTap's Web SDK leaves its ID (facts/clevertap-facts.md §2.6), and how a page looks before it has loaded. */
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
  const browser = useBrowser(() => startBrowser(name, { origin: '*' }))

  test.each(Object.entries(shapes))('is found in %s', async (_, head) => {
    const { site, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': tagPage(url, { attributes: { 'object-id': null }, head: `<script>${head}</script>` }) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    try {
      expect(await becomes(tab, 'registered')).toMatchObject({ objectId: id })
      await onProfile(id, await liveToken(tab))
    } finally {
      // Cookies know no ports: the next test's site would find it.
      await tab.evaluate(() => {
        for (const name of ['WZRK_G', 'a', 'z']) {
          // biome-ignore lint/suspicious/noDocumentCookie: Firefox ESR has no cookieStore
          document.cookie = `${name}=; path=/; max-age=0`
        }
      }, null)
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
