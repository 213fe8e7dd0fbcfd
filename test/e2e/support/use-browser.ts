import { afterAll, beforeAll } from 'vitest'
import { startProbeSite, subscribe } from './probe-site.ts'
import type { PushBrowser } from './push-browser.ts'
import { createVapidKeys } from './send-push.ts'

/**
 * One browser for every test of a suite; tests keep apart by a site of their own each. Chromium has made a first
 * subscription on another site, so that tests may open tabs and change permissions as they like.
 *
 * @param start notifications must be allowed for any site, or for `warmUpOrigin` at least
 * @returns the browser, once the suite's tests run
 */
export const useBrowser = <B extends PushBrowser>(start: (warmUpOrigin: string) => Promise<B>): (() => B) => {
  let browser: B | undefined
  beforeAll(async () => {
    const probe = await startProbeSite()
    try {
      browser = await start(probe.origin)
      if (browser.name === 'firefox') return
      await browser.tab.goto(probe.origin)
      await subscribe(browser.tab, createVapidKeys().publicKey)
      await browser.tab.goto('about:blank')
    } finally {
      await probe.stop()
    }
  })
  afterAll(() => browser?.stop())
  return () => {
    if (!browser) throw new Error('the browser is there only while tests run')
    return browser
  }
}
