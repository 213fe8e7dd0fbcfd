import { onTestFinished } from 'vitest'
import { type Simulator, startSimulator } from '../../../src/simulator/index.ts'
import { tagPage } from './customer-page.ts'
import type { PushBrowser } from './push-browser.ts'
import { type RunningRelay, startRelay } from './running-relay.ts'
import { createVapidKeys, type VapidKeys } from './send-push.ts'
import { built, html, type Site, type SiteFile, startSite } from './site.ts'

/** The environment of the browser in one test: a customer's site, a relay and CleverTap. */
export interface Scene {
  readonly site: Site
  readonly relay: RunningRelay
  readonly clevertap: Simulator
  readonly vapid: VapidKeys
  /** Resolves when the profile has this token. */
  onProfile(objectId: string, token: string): Promise<void>
}

export interface SceneOptions {
  /** The site's files besides ours, by path. The page at `/` is the one with the script tag unless given. */
  readonly files?: (relayUrl: string) => Readonly<Record<string, SiteFile>>
  /** More settings of the relay. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Sets the scene for one test, on an origin that the browser has never seen. Everything ends with the test, including the pages
 * of the site. The site hosts our files, so that it works while the relay is down.
 */
export const startScene = async (
  browser: PushBrowser,
  { files = () => ({}), env = {} }: SceneOptions = {},
): Promise<Scene> => {
  const vapid = createVapidKeys()
  const clevertap = await startSimulator({ rotation: 'replace' })
  onTestFinished(() => clevertap.stop())
  const site = await startSite({
    '/pushferry.min.js': built('pushferry.min.js'),
    '/pushferry.js': built('pushferry.js'),
    '/pushferry-prompt.min.js': built('pushferry-prompt.min.js'),
    '/pushferry-sw.min.js': built('pushferry-sw.min.js'),
    '/pushferry-sw.js': built('pushferry-sw.js'),
    '/empty': html('<!doctype html><title>A page without Pushferry</title>'),
  })
  onTestFinished(() => site.stop())
  const relay = await startRelay({
    clevertap,
    origin: site.origin,
    vapidPublicKey: vapid.publicKey,
    env: {
      PUSHFERRY_RATE_LIMIT: '10000', // all requests come from one address
      ...(browser.name === 'firefox' && { PUSHFERRY_WEB_TYPES: 'updates.push.services.mozilla.com=chrome' }),
      ...env,
    },
  })
  onTestFinished(() => relay.stop())
  for (const [path, file] of Object.entries({ '/': tagPage(relay.url), ...files(relay.url) })) site.serve(path, file)
  // Added last, so it is called first: no page outlives the servers that it needs.
  onTestFinished(() => browser.tab.goto('about:blank'))

  return {
    site,
    relay,
    clevertap,
    vapid,
    onProfile: (objectId, token) =>
      clevertap.until(({ profiles }) => profiles.get(objectId)?.token.id === token, 20_000),
  }
}
