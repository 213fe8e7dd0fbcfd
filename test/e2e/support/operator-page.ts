import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type ChromiumBrowser, startChromium } from './chromium.ts'

export const adminKey = 'key-of-the-operator-0123456789'

/**
 * An operator's tab, signed in, for all tests of a suite. Call it inside `describe`. A violation of the page's
 * Content-Security-Policy, or any other error in the browser's console, fails the test in which it happens, unless the test
 * removes it from `complaints`.
 */
export const useOperatorPage = (): { page: () => Page; complaints: string[] } => {
  let browser: ChromiumBrowser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await startChromium({ origin: 'http://127.0.0.1' })
    await browser.native.setHTTPCredentials({ username: 'operator', password: adminKey })
    const [first] = browser.native.pages()
    if (!first) throw new Error('the browser has no page')
    page = first
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
  })
  afterEach(() => {
    expect(complaints.splice(0)).toEqual([])
  })
  afterAll(() => browser?.stop())
  return { page: () => page, complaints }
}
