import { describe, test } from 'vitest'
import { browsersAreRequired, installCommand, missingPackages } from './browsers.ts'
import type { BrowserName } from './push-browser.ts'

declare module '@vitest/runner' {
  interface TaskMeta {
    /** Debian's packages that kept this suite from running; read by the missing-browser reporter. */
    missingPackages?: string[]
  }
}

/**
 * A suite that needs a real browser. If the browser is not installed, the suite is skipped, and the run says so in its last
 * lines; where browsers are required (CI) it fails instead.
 */
export const describeBrowser = (browser: BrowserName, title: string, suite: () => void): void => {
  const name = `${browser}: ${title}`
  const missing = missingPackages(browser)
  if (missing.length === 0) {
    describe(name, suite)
  } else if (browsersAreRequired()) {
    test(`${name} needs ${missing.join(' ')}`, () => {
      throw new Error(`not installed here: ${installCommand(missing)}`)
    })
  } else {
    describe.runIf(false)(name, { meta: { missingPackages: missing } }, suite)
  }
}

/** A suite that is the same in both browsers. */
export const describeBrowsers = (title: string, suite: (browser: BrowserName) => void): void => {
  for (const browser of ['chromium', 'firefox'] as const) describeBrowser(browser, title, () => suite(browser))
}
