import { startChromium } from './chromium.ts'
import { startFirefox } from './firefox.ts'
import type { BrowserName, PushBrowser, StartOptions } from './push-browser.ts'

/** For scenarios that are the same in both browsers. */
export const startBrowser = (name: BrowserName, options: StartOptions): Promise<PushBrowser> =>
  name === 'chromium' ? startChromium(options) : startFirefox(options)
