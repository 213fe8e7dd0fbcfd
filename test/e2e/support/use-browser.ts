import { afterAll, afterEach, beforeAll } from 'vitest'
import { type ChromiumBrowser, startChromium } from './chromium.ts'
import { type FirefoxBrowser, startFirefox } from './firefox.ts'
import { startUndecidedChromium, startUndecidedFirefox } from './first-visit.ts'
import { startProbeSite, subscribe } from './probe-site.ts'
import type { BrowserName, PushBrowser } from './push-browser.ts'
import { createVapidKeys } from './send-push.ts'

/**
 * Starts a browser for tests that each use their own site. Chromium makes a first subscription on another site, so that tests may
 * open tabs and change permissions at any time.
 */
const startWarm = async <B extends PushBrowser>(start: (warmUpOrigin: string) => Promise<B>): Promise<B> => {
  const probe = await startProbeSite()
  try {
    const browser = await start(probe.origin)
    if (browser.name === 'firefox') return browser
    await browser.tab.goto(probe.origin)
    await subscribe(browser.tab, createVapidKeys().publicKey)
    await browser.tab.goto('about:blank')
    return browser
  } finally {
    await probe.stop()
  }
}

/**
 * One browser for every test of a suite, for tests that need other settings or change more than their own site.
 *
 * @param start notifications must be allowed for any site, or for `warmUpOrigin` at least
 * @returns the browser, once the suite's tests run
 */
export const useOwnBrowser = <B extends PushBrowser>(start: (warmUpOrigin: string) => Promise<B>): (() => B) => {
  let browser: B | undefined
  beforeAll(async () => {
    browser = await startWarm(start)
  })
  afterAll(() => browser?.stop())
  return () => {
    if (!browser) throw new Error('the browser is there only while tests run')
    return browser
  }
}

interface Browsers {
  chromium: ChromiumBrowser
  firefox: FirefoxBrowser
}

/** The user's decision about notifications: allows them to every site, or was never asked (see first-visit.ts). */
type User = 'allows' | 'undecided'

const starts: { [N in BrowserName]: Record<User, (warmUpOrigin: string) => Promise<Browsers[N]>> } = {
  chromium: { allows: () => startChromium({ origin: '*' }), undecided: startUndecidedChromium },
  firefox: { allows: () => startFirefox({ origin: '*' }), undecided: startUndecidedFirefox },
}
const running: { [N in BrowserName]: Map<User, Browsers[N]> } = { chromium: new Map(), firefox: new Map() }

/** Prepares a browser for the next suite. */
const tidy = async ({ service, desktop, closeOtherTabs }: PushBrowser): Promise<void> => {
  for (const notification of desktop.showing()) desktop.dismiss(notification)
  await closeOtherTabs()
  desktop.log.clear()
  service.log.forget()
}

/**
 * One browser shared by all suites of all files that ask for the same one, because a start takes longer than most tests. After a
 * failure the next suite gets a new browser, so that one failure does not cause others.
 *
 * @returns the browser, once the suite's tests run
 */
export const useBrowser = <N extends BrowserName>(name: N, user: User = 'allows'): (() => Browsers[N]) => {
  const shared = running[name]
  const end = async (): Promise<void> => {
    const browser = shared.get(user)
    shared.delete(user)
    await browser?.stop()
  }
  let isFailed = false
  beforeAll(async () => {
    const found = shared.get(user)
    if (found) return tidy(found)
    shared.set(user, await startWarm(starts[name][user]))
    atWorkerEnd.add(end)
  })
  afterEach(({ task }) => {
    isFailed ||= task.result?.state === 'fail'
  })
  afterAll(() => (isFailed ? end() : undefined))
  return () => {
    const browser = shared.get(user)
    if (!browser) throw new Error('the browser is there only while tests run')
    return browser
  }
}
