import { type ChromiumBrowser, startChromium } from './chromium.ts'
import { type FirefoxBrowser, startFirefox } from './firefox.ts'
import type { BrowserName } from './push-browser.ts'

/** A Chromium whose user has been asked by no site except the one that warms it up. */
export const startUndecidedChromium = (warmUpOrigin: string): Promise<ChromiumBrowser> =>
  startChromium({ origin: warmUpOrigin })

/** A Firefox whose user has never been asked. Its prompt answers itself, but only after a click, as for any user. */
export const startUndecidedFirefox = (): Promise<FirefoxBrowser> =>
  startFirefox({
    origin: '*',
    permission: 'default',
    prefs: { 'notification.prompt.testing': true, 'notification.prompt.testing.allow': true },
  })

/**
 * Must be loaded before anything else. Reports each permission request as `asked`, with whether the page's `inClick` was set and
 * whether the browser saw a user activation. An automated browser cannot show its prompt, so the request stays open until the
 * user decides in the settings. Firefox is asked as well, because it refuses requests outside a click.
 */
export const reportQuestions = (name: BrowserName): string => `
var inClick = false
const ask = Notification.requestPermission.bind(Notification)
Notification.requestPermission = async () => {
  const asked = { type: 'asked', inClick, activation: navigator.userActivation.isActive }
  fetch('/report', { method: 'POST', body: JSON.stringify(asked) })
  const answer = ${name === 'firefox'} && ask()
  const decision = await navigator.permissions.query({ name: 'notifications' })
  if (decision.state === 'prompt') await new Promise((resolve) => { decision.onchange = resolve })
  return answer || ask()
}`
