import type { Tab } from './push-browser.ts'

/** Deletes every cookie of this site. Cookies ignore ports, so the next test's site would receive them. */
export const forgetCookies = (tab: Tab): Promise<void> =>
  tab.evaluate(() => {
    for (const cookie of document.cookie.split('; ')) {
      // biome-ignore lint/suspicious/noDocumentCookie: Firefox ESR has no cookieStore
      document.cookie = `${cookie.split('=')[0]}=; path=/; max-age=0`
    }
  }, null)
