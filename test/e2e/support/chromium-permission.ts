import type { BrowserContext } from 'playwright-core'
import type { NotificationPermission } from './push-browser.ts'

const SETTING = { granted: 'allow', denied: 'block', default: 'default' } as const

// A string, because the test runner would rewrite the import() in a function. Messages are handled in order, so the answer to the
// second one means that the setting has been changed.
const changeSetting = (origin: string, setting: string): string => `(async () => {
  const { sendWithPromise } = await import('chrome://resources/js/cr.js')
  chrome.send('setOriginPermissions', [${JSON.stringify(origin)}, 'notifications', ${JSON.stringify(setting)}])
  await sendWithPromise('getOriginPermissions', ${JSON.stringify(origin)}, ['notifications'])
})()`

/**
 * Changes a site's permission as the settings page does (chrome/browser/resources/settings/site_settings in Chromium's
 * source). DevTools' own override is not a real setting: revoking it leaves the subscription alive.
 */
export const setChromiumPermission = async (
  context: BrowserContext,
  origin: string,
  permission: NotificationPermission,
): Promise<void> => {
  const page = await context.newPage()
  try {
    await page.goto('chrome://settings/content/notifications')
    await page.evaluate(changeSetting(origin, SETTING[permission]))
  } finally {
    await page.close()
  }
}
