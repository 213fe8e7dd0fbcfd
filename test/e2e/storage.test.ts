import { expect, test } from 'vitest'
import { type ChromiumBrowser, startChromium } from './support/chromium.ts'
import { stopWorkers } from './support/chromium-workers.ts'
import { becomes, idlePage, liveToken, register, status, sync, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { type FirefoxBrowser, startFirefox } from './support/firefox.ts'
import { startScene } from './support/scene.ts'
import { useOwnBrowser } from './support/use-browser.ts'

/** Runs before our script, in the page only; the worker's storage is as good as ever. */
const broken = {
  'open() throws, as where storage is blocked': `indexedDB.open = () => { throw new DOMException('no', 'SecurityError') }`,
  'open() fails, as in a damaged profile': `indexedDB.open = () => {
    const request = new EventTarget()
    queueMicrotask(() => { request.error = new DOMException('damaged', 'UnknownError'); request.onerror?.() })
    return request
  }`,
  'open() never answers': 'indexedDB.open = () => new EventTarget()',
  'every write fails, as on a full disk': `IDBObjectStore.prototype.put = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }`,
  'there is no IndexedDB at all': `Object.defineProperty(window, 'indexedDB', { value: undefined })`,
  'localStorage throws as well': `indexedDB.open = () => { throw new DOMException('no', 'SecurityError') }
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })`,
}

describeBrowsers('storage is only a cache', (name) => {
  // A worker keeps the database open until it stops. Firefox has no other switch for that.
  const browser = useOwnBrowser<ChromiumBrowser | FirefoxBrowser>(() =>
    name === 'chromium'
      ? startChromium({ origin: '*' })
      : startFirefox({ origin: '*', prefs: { 'dom.serviceWorkers.idle_timeout': 300 } }),
  )
  const stopWorker = async () => {
    const current = browser()
    if (current.name === 'chromium') await stopWorkers((current as ChromiumBrowser).native)
  }

  test.each(Object.entries(broken))('registers and stays registered where %s', async (_, head) => {
    const { site, relay, onProfile } = await startScene(browser(), {
      files: (url) => ({ '/': idlePage(url, { head: `<script>${head}</script>` }) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await register(tab)).toMatchObject({ state: 'registered', objectId: 'customer-1' })
    const token = await liveToken(tab)
    await onProfile('customer-1', token)
    expect(await sync(tab)).toMatchObject({ state: 'registered' })

    // The next visit knows nothing: the relay recognises the identical subscription, and nothing new is made.
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(await liveToken(tab)).toBe(token)
    const answers = relay.log.all('answered').filter(({ method }) => method === 'POST')
    expect(answers.at(-1)).toMatchObject({ status: 202, answer: { result: 'unchanged' } })
  })

  test('a database deleted between two visits is made again, and the registration key recovered', async () => {
    const { site, relay, onProfile } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const token = await liveToken(tab)
    await onProfile('customer-1', token)
    await tab.goto(`${site.origin}/empty`)
    await stopWorker()
    await tab.evaluate(async () => {
      for (const { name } of await indexedDB.databases()) {
        await new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name ?? '')
          request.onsuccess = () => resolve()
          request.onerror = () => reject(request.error)
        })
      }
    }, null)
    relay.log.forget()

    await tab.goto(site.origin)
    const { answer } = await relay.log.take('answered', ({ method }) => method === 'POST')
    expect(answer).toMatchObject({ result: 'unchanged', registrationKey: expect.any(String) })
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'customer-1' })
    expect(await liveToken(tab)).toBe(token)
    const calls = relay.log.all('answered').length
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(relay.log.all('answered')).toHaveLength(calls)
  })

  test.each([
    ['a text', 'garbage'],
    ['a number', 42],
    ['a record without members', {}],
    ['a record of another make', { relay: 7, keys: null, withdraw: 'x', settled: {}, at: 'never', retryAt: 'soon' }],
  ])('a corrupt record is overwritten: %s', async (_, garbage) => {
    const { site, relay, onProfile } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const token = await liveToken(tab)
    await onProfile('customer-1', token)
    await tab.goto(`${site.origin}/empty`)
    await tab.evaluate(async (value) => {
      const [found] = await indexedDB.databases()
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(found?.name ?? '')
        request.onsuccess = () => resolve(request.result)
      })
      const [store = ''] = database.objectStoreNames
      await new Promise<void>((resolve) => {
        const transaction = database.transaction(store, 'readwrite')
        transaction.oncomplete = () => resolve()
        const cursors = transaction.objectStore(store).openCursor()
        cursors.onsuccess = () => {
          cursors.result?.update(value)
          cursors.result?.continue()
        }
      })
      database.close()
    }, garbage)
    relay.log.forget()

    await tab.goto(site.origin)
    const { answer } = await relay.log.take('answered', ({ method }) => method === 'POST')
    expect(answer).toMatchObject({ result: 'unchanged' })
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'customer-1' })
    expect(await liveToken(tab)).toBe(token)
  })

  test('a database of the same name and another make is left alone and done without', async () => {
    const { site, onProfile } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, {
          head: `<script>
            const request = indexedDB.open('pushferry', 5)
            request.onupgradeneeded = () => request.result.createObjectStore('something else')
          </script>`,
        }),
      }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await becomes(tab, 'registered')).toMatchObject({ objectId: 'customer-1' })
    await onProfile('customer-1', await liveToken(tab))
    expect(await status(tab)).toMatchObject({ state: 'registered' })
  })
})
