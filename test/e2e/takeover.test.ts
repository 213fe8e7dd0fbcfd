import { expect, test } from 'vitest'
import { becomes, failureOf, idlePage, liveToken, register, status, sync } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { startScene } from './support/scene.ts'
import { startBrowser } from './support/start-browser.ts'
import { useBrowser, useOwnBrowser } from './support/use-browser.ts'

describeBrowsers('a second profile that knows an objectId but not its key', (name) => {
  const owner = useBrowser(name)
  const stranger = useOwnBrowser(() => startBrowser(name, { origin: '*' }))

  test('is refused, sees why in its status, and changes nothing for the owner', async () => {
    const { site, relay, clevertap, onProfile } = await startScene(owner(), {
      files: (url) => ({ '/': idlePage(url) }),
    })
    await owner().tab.goto(site.origin)
    await register(owner().tab)
    const token = await liveToken(owner().tab)
    await onProfile('customer-1', token)

    const { tab } = stranger()
    await tab.goto(site.origin)
    try {
      expect(await failureOf(tab, 'register')).toMatchObject({
        name: 'PushError',
        code: 'relay-refused',
        retryable: false,
        cause: 'registration-key-mismatch',
      })
      expect(await status(tab)).toMatchObject({ state: 'subscribed', reason: 'registration-key-mismatch' })
      await tab.reload()
      expect(await status(tab)).toMatchObject({ state: 'subscribed', reason: 'registration-key-mismatch' })
      const calls = relay.log.all('answered').length
      expect(await sync(tab)).toMatchObject({ state: 'subscribed', reason: 'registration-key-mismatch' })
      expect(relay.log.all('answered')).toHaveLength(calls)

      // Nor can it take the owner's away.
      const withdrawal = await tab.evaluate(
        async (url) => (await fetch(`${url}/v1/subscriptions/customer-1`, { method: 'DELETE' })).status,
        relay.url,
      )
      expect(withdrawal).toBe(403)
    } finally {
      await tab.goto('about:blank')
    }
    expect(clevertap.profiles.get('customer-1')?.token.id).toBe(token)
    expect(clevertap.counts.accepted).toBe(1)
    expect(await register(owner().tab)).toMatchObject({ state: 'registered' })
    await becomes(owner().tab, 'registered')
  })
})
