import { expect, test } from 'vitest'
import { becomes, failureOf, idlePage, liveSubscription, liveToken, status, sync } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { startScene } from './support/scene.ts'
import { useBrowser } from './support/use-browser.ts'

describeBrowsers('permission', (name) => {
  const browser = useBrowser(name)

  test('blocked notifications are told to the relay once, and never again', async () => {
    const { site, relay } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')

    await browser().setPermission(site.origin, 'denied')
    await tab.reload()
    const told = await relay.log.take('answered', ({ method }) => method === 'DELETE')
    expect(told).toMatchObject({ path: '/v1/subscriptions/customer-1', status: 204 })
    expect(await becomes(tab, 'denied')).toMatchObject({ state: 'denied' })
    expect(await relay.ask('/v1/tokens/customer-1')).toMatchObject({ state: 'withdrawn' })

    await sync(tab)
    const calls = relay.log.all('answered').length
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'denied' })
    expect(relay.log.all('answered')).toHaveLength(calls)
  })

  test('permission that is taken away and given back ends with a new token on the profile', async () => {
    const { site, relay, onProfile } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const lost = await liveToken(tab)

    await browser().setPermission(site.origin, 'denied')
    await tab.reload()
    await relay.log.take('answered', ({ method }) => method === 'DELETE')
    expect(await liveSubscription(tab)).toBeNull()
    relay.log.forget()
    await browser().setPermission(site.origin, 'granted')
    await tab.reload()

    const { sent } = await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    expect(sent).toMatchObject({ objectId: 'customer-1' })
    await becomes(tab, 'registered')
    const token = await liveToken(tab)
    expect(token).not.toBe(lost)
    await onProfile('customer-1', token)
  })

  test('where notifications are blocked register() says so, and nothing is asked of anybody', async () => {
    const { site, relay } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url) }) })
    const { tab, service } = browser()
    await browser().setPermission(site.origin, 'denied')
    await tab.goto(site.origin)
    const before = service.log.all('register').length

    expect(await failureOf(tab, 'register')).toMatchObject({
      name: 'PushError',
      code: 'permission-denied',
      retryable: false,
    })
    expect(await status(tab)).toMatchObject({ state: 'denied', reason: 'permission-denied' })
    expect(await sync(tab)).toMatchObject({ state: 'denied' })
    expect(relay.log.all('answered')).toEqual([])
    expect(service.log.all('register')).toHaveLength(before)
  })
})
