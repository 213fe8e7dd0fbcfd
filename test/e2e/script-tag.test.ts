import { expect, test } from 'vitest'
import { becomes, failureOf, idlePage, liveToken, register, status, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import type { FakeAutopush } from './support/fake-autopush.ts'
import { startScene } from './support/scene.ts'
import { useBrowser } from './support/use-browser.ts'

/** The snippet for calls before the script has loaded, as the README has it. */
const stub = `<script>pushferry={q:[]};for(let n of["register","sync","status","unregister","onChange"])pushferry[n]=(...a)=>new Promise(r=>pushferry.q.push([n,a,r]))</script>`

describeBrowsers('the script tag', (name) => {
  const browser = useBrowser(name)

  test('from the relay itself, needs no attribute but the objectId', async () => {
    const { site, relay, onProfile } = await startScene(browser())
    site.serve('/', {
      type: 'text/html',
      body: `<!doctype html><script async src="${relay.url}/pushferry.min.js" data-object-id="customer-1"></script>`,
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    await onProfile('customer-1', await liveToken(tab))
  })

  test('calls made before the script has loaded are replayed in order, and their promises resolve', async () => {
    const { site, relay, onProfile } = await startScene(browser(), {
      files: (url) => ({
        '/': idlePage(url, {
          head: `${stub}<script>
            const report = (report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) })
            pushferry.onChange(({ state }) => report({ type: 'change', state }))
            pushferry.register().then(({ state }) => report({ type: 'settled', state }))
          </script>`,
        }),
      }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await site.report('settled')).toMatchObject({ state: 'registered' })
    expect(await site.report('change')).toMatchObject({ state: 'registered' })
    expect(relay.log.all('answered').filter(({ method }) => method === 'POST')).toHaveLength(1)
    await onProfile('customer-1', await liveToken(tab))
  })

  test('a call that fails rejects the promise that the stub gave', async () => {
    const { site } = await startScene(browser(), {
      files: (url) => ({
        '/': idlePage(url, {
          attributes: { 'service-worker': '/no-such-worker.js' },
          head: `${stub}<script>
            pushferry.register().catch(({ code }) =>
              fetch('/report', { method: 'POST', body: JSON.stringify({ type: 'failed', code }) }))
          </script>`,
        }),
      }),
    })
    await browser().tab.goto(site.origin)
    expect(await site.report('failed')).toMatchObject({ code: 'worker-failed' })
  })

  test('unknown options are refused, and the known ones listed', async () => {
    const { site } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    const message = await tab.evaluate(() => {
      try {
        pushferry.createPush({ relay: location.origin, objectID: 'customer-1' })
      } catch (error) {
        return String(error)
      }
      return 'no error'
    }, null)
    expect(message).toMatch(/^TypeError: .*objectID/)
    expect(message).toContain('objectId')
    expect(message).toContain('refreshAfterDays')
  })

  test.each([
    ['a worker that is not there', { 'service-worker': '/nowhere.js' }, 'worker-failed'],
    ['a VAPID key that is none', { 'vapid-key': 'AAAA' }, 'bad-vapid-key'],
  ])('says what is wrong: %s', async (_, attributes, code) => {
    const { site } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url, { attributes }) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await failureOf(tab, 'register')).toMatchObject({ name: 'PushError', code })
    expect(await status(tab)).toMatchObject({ state: 'granted', reason: code })
  })

  test('a push service that never answers costs no more than the time limit, and the next try succeeds', async () => {
    const { site, vapid, relay } = await startScene(browser())
    const attributes = { 'vapid-key': vapid.publicKey }
    site.serve('/', tagPage(relay.url, { attributes: { ...attributes, auto: 'false' } }))
    const { tab, service } = browser()
    await tab.goto(site.origin)
    service.failNext('hang')
    const failure = await tab.evaluate(
      async ([url, key]) => {
        const push = pushferry.createPush({
          relay: url,
          vapidPublicKey: key,
          objectId: 'customer-1',
          timeoutMs: 2000,
        })
        const error = await push.register().catch((reason: { code: string; retryable: boolean }) => reason)
        return 'code' in error ? { code: error.code, retryable: error.retryable } : error
      },
      [relay.url, vapid.publicKey] as const,
    )
    expect(failure).toEqual({ code: 'push-service-unavailable', retryable: true })
    // Firefox goes on waiting for the first answer until its connection ends.
    if (name === 'firefox') (service as FakeAutopush).disconnect()
    await tab.reload()
    expect(await register(tab)).toMatchObject({ state: 'registered' })
  })
})
