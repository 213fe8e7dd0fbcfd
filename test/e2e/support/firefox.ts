import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import puppeteer, { type Browser, type LaunchOptions, type Page } from 'puppeteer-core'
import { executable } from './browsers.ts'
import { type FakeAutopush, startFakeAutopush } from './fake-autopush.ts'
import type { PushBrowser, StartOptions, Tab } from './push-browser.ts'
import { type BrowserRun, type Surroundings, startPushBrowser } from './start-push-browser.ts'

export interface FirefoxOptions extends StartOptions {
  /** More preferences. */
  readonly prefs?: Readonly<Record<string, string | number | boolean>>
}

export type FirefoxBrowser = PushBrowser<FakeAutopush, Browser>

/** Timeout in ms for calls that hang; Puppeteer's default of 30 s is too short on a busy machine. */
const patienceMs = 120_000

// nsIPermissionManager's values.
const PERMISSION = { default: 0, granted: 1, denied: 2 }
// The words of the Permissions API, which WebDriver uses.
const STATE = { default: 'prompt', granted: 'granted', denied: 'denied' } as const

const tabOf = (page: Page): Tab => ({
  goto: async (url) => void (await page.goto(url)),
  reload: async () => void (await page.reload()),
  async click(selector) {
    await page.waitForSelector(`pierce/${selector}`, { visible: true })
    await page.click(`pierce/${selector}`)
  },
  press: (key) => page.keyboard.press(key),
  show: () => page.bringToFront(),
  // Puppeteer's own type also unwraps handles, which no test passes.
  evaluate: <A, R>(work: (argument: A) => R | Promise<R>, argument: A) =>
    page.evaluate(work as (argument: unknown) => R | Promise<R>, argument),
  url: () => page.url(),
  async answerFor(origin, scriptFor) {
    page.on('request', (request) => {
      const url = new URL(request.url())
      const done =
        url.origin === origin
          ? request.respond({ contentType: 'text/javascript', body: scriptFor(url) })
          : request.continue()
      done.catch(() => {}) // the page has been closed
    })
    await page.setRequestInterception(true)
  },
  close: () => page.close(),
})

/**
 * Debian's Firefox ESR was seen to crash at its start (SIGSEGV, once in some hundred starts), before a page or anything of ours
 * is loaded. Starts it a second time after such a crash; a second crash, or any other end, is a failure.
 */
const started = (start: () => Promise<Browser>): Promise<Browser> =>
  start().catch((error: Error) =>
    /Failed to launch the browser process: +Code: 11\b/.test(error.message) ? start() : Promise.reject(error),
  )

const launch = async (
  { service, desktop, folder }: Surroundings<FakeAutopush>,
  { permission = 'granted', prefs = {} }: FirefoxOptions,
): Promise<BrowserRun<Browser>> => {
  const profile = join(folder, 'profile')
  mkdirSync(profile, { recursive: true })
  const options: LaunchOptions = {
    browser: 'firefox',
    executablePath: executable('firefox'),
    headless: true,
    userDataDir: profile,
    defaultViewport: null,
    timeout: patienceMs,
    env: { ...process.env, HOME: folder, DBUS_SESSION_BUS_ADDRESS: desktop.address },
    extraPrefsFirefox: {
      ...service.firefoxPrefs(),
      'permissions.default.desktop-notification': PERMISSION[permission],
      'alerts.useSystemBackend': true, // notifications on the desktop instead of in Firefox's own windows
      'network.dns.disabled': true, // otherwise Firefox looks up its own services; localhost still works
      ...prefs,
    },
  }
  const browser = await started(() => puppeteer.launch(options))

  const newPage = async (): Promise<Page> => {
    const page = await browser.newPage()
    page.setDefaultTimeout(patienceMs)
    return page
  }
  const first = await newPage()
  return {
    native: browser,
    tab: tabOf(first),
    tabUrls: async () => (await browser.pages()).map((page) => page.url()),
    async closeOtherTabs() {
      for (const page of await browser.pages()) if (page !== first) await page.close()
      await first.bringToFront()
    },
    async openTab(url) {
      const page = await newPage()
      await page.goto(url)
      return tabOf(page)
    },
    setPermission: (origin, next) =>
      browser.setPermission(origin, { permission: { name: 'notifications' }, state: STATE[next] }),
    setOffline: (offline) => first.setOfflineMode(offline),
    close: () => browser.close(),
  }
}

/** Starts the installed Firefox over WebDriver BiDi, without geckodriver. It makes no DNS requests. */
export const startFirefox = (options: FirefoxOptions): Promise<FirefoxBrowser> =>
  startPushBrowser('firefox', startFakeAutopush, (surroundings) => launch(surroundings, options))
