import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { executable } from './browsers.ts'
import { setChromiumPermission } from './chromium-permission.ts'
import { type FakeFcm, startFakeFcm } from './fake-fcm.ts'
import type { NotificationPermission, PushBrowser, StartOptions, Tab } from './push-browser.ts'
import { type BrowserRun, type Surroundings, startPushBrowser } from './start-push-browser.ts'

export interface ChromiumOptions extends StartOptions {
  /** More command line switches. */
  readonly args?: readonly string[]
  /** Host names that resolve to loopback, as `localhost` does. */
  readonly hosts?: readonly string[]
  /** The public key of a certificate that is trusted for any name. */
  readonly spkiPin?: string
}

export type ChromiumBrowser = PushBrowser<FakeFcm, BrowserContext>

/** Timeout in ms for calls that hang; Playwright's default of 30 s is too short on a busy machine. */
const patienceMs = 120_000

// content_settings values in Chromium's profile.
const SETTING = { granted: 1, denied: 2 }

/** Makes a profile in which the user has answered in an earlier session. */
const createProfile = (profile: string, origin: string, permission: NotificationPermission): void => {
  const setting = permission === 'default' ? undefined : SETTING[permission]
  const settings =
    origin === '*'
      ? { default_content_setting_values: { notifications: setting } }
      : { content_settings: { exceptions: { notifications: { [`${origin},*`]: setting && { setting } } } } }
  mkdirSync(join(profile, 'Default'), { recursive: true })
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify({ profile: settings }))
}

const tabOf = (page: Page): Tab => ({
  goto: async (url) => void (await page.goto(url)),
  reload: async () => void (await page.reload()),
  click: (selector) => page.click(selector),
  press: (key) => page.keyboard.press(key),
  show: () => page.bringToFront(),
  // Playwright's own type also unwraps handles, which no test passes.
  evaluate: <A, R>(work: (argument: A) => R | Promise<R>, argument: A) =>
    page.evaluate(work as (argument: unknown) => R | Promise<R>, argument),
  url: () => page.url(),
  answerFor: async (origin, scriptFor) =>
    void (await page.route(`${origin}/**`, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: scriptFor(new URL(route.request().url())) }),
    )),
  close: () => page.close(),
})

const launch = async (
  { service, desktop, folder }: Surroundings<FakeFcm>,
  { origin, permission = 'granted', args = [], hosts = [], spkiPin }: ChromiumOptions,
): Promise<BrowserRun<BrowserContext>> => {
  const profile = join(folder, 'profile')
  if (!existsSync(profile)) createProfile(profile, origin, permission)
  const connectsBefore = service.log.all('connect').length
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable('chromium'),
    headless: true,
    chromiumSandbox: false, // it refuses to run as root, as in a container
    viewport: null,
    timeout: patienceMs,
    env: { ...process.env, HOME: folder, DBUS_SESSION_BUS_ADDRESS: desktop.address },
    args: [
      `--host-resolver-rules=${[...hosts.map((host) => `MAP ${host} 127.0.0.1`), 'MAP * ~NOTFOUND', 'EXCLUDE localhost', 'EXCLUDE 127.0.0.1'].join(', ')}`,
      // Chromium uses the last of two switches with the same name.
      ...service.chromiumArgs().map((arg) => (spkiPin && arg.includes('-spki-list=') ? `${arg},${spkiPin}` : arg)),
      ...args,
    ],
  })

  context.setDefaultTimeout(patienceMs)

  /**
   * Chromium delays the start of its push client until the page in front has been loaded and idle for a while. If a second tab
   * opens and closes before that, the start never happens, and `subscribe()` hangs for 3 minutes. A connection to the push
   * service shows that the client has started; it ends again with the last subscription.
   */
  const pushClientStarted = async () => {
    if (service.log.all('connect').length > connectsBefore) return
    await service.connected().catch((cause: unknown) => {
      throw new Error('open a second tab, or the settings, only after a first subscribe() has resolved', { cause })
    })
  }

  const first = context.pages()[0] ?? (await context.newPage())
  return {
    native: context,
    tab: tabOf(first),
    tabUrls: async () => context.pages().map((page) => page.url()),
    async closeOtherTabs() {
      for (const page of context.pages()) if (page !== first) await page.close()
      await first.bringToFront()
    },
    async openTab(url) {
      await pushClientStarted()
      const page = await context.newPage()
      await page.goto(url)
      return tabOf(page)
    },
    async setPermission(site, next) {
      await pushClientStarted()
      await setChromiumPermission(context, site, next)
    },
    setOffline: (offline) => context.setOffline(offline),
    close: () => context.close(),
  }
}

/**
 * Starts the installed Chromium. Push needs a persistent profile (`newContext()` is incognito, where `subscribe()`
 * rejects), and only loopback is reachable: every other name resolves to nothing.
 */
export const startChromium = (options: ChromiumOptions): Promise<ChromiumBrowser> =>
  startPushBrowser('chromium', startFakeFcm, (surroundings) => launch(surroundings, options))
