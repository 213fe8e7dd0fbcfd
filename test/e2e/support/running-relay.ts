import { join } from 'node:path'
import { createRelay } from '../../../src/relay/index.ts'
import { silentLog } from '../../../src/relay/operations/log.ts'
import type { Simulator } from '../../../src/simulator/index.ts'
import type { EventLog } from './event-log.ts'
import { type RelayEvent, type RelayFault, startRelayWatch } from './relay-watch.ts'
import { createTempFolder } from './temp-folder.ts'

/** A relay on SQLite in front of a simulated CleverTap, for one site. */
export interface RunningRelay {
  /** The same for the whole of a test, also after `down` and `up`. */
  readonly url: string
  /** What browsers have asked of it, and what they got. */
  readonly log: EventLog<RelayEvent>
  /** What the next request of a browser, or the next with this method, meets in its place. */
  failNext(fault: RelayFault, method?: string): void
  /** Asks as a backend does, with the API key. */
  ask(path: string): Promise<unknown>
  /** Sends records as a backend does, and resolves to the answer. */
  send(...records: readonly object[]): Promise<unknown>
  /** Stops it, so that the browser finds nobody there. */
  down(): Promise<void>
  /** Starts it again at the same address, on what it had stored. */
  up(): Promise<void>
  /** Stops it and deletes its store. */
  stop(): Promise<void>
}

export interface RelaySurroundings {
  readonly clevertap: Simulator
  /** The site whose pages may register. */
  readonly origin: string
  readonly vapidPublicKey: string
  /** More settings by their names. */
  readonly env?: Readonly<Record<string, string>>
}

const API_KEY = 'api-key-of-the-backend-0123456789'

export const startRelay = async ({
  clevertap,
  origin,
  vapidPublicKey,
  env = {},
}: RelaySurroundings): Promise<RunningRelay> => {
  const folder = createTempFolder()
  const watch = await startRelayWatch()
  // A free port each time: the last one may be somebody else's by now.
  const start = async () => {
    const relay = createRelay({
      log: silentLog,
      env: {
        CLEVERTAP_URL: clevertap.url,
        CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
        CLEVERTAP_PASSCODE: clevertap.passcode,
        PUSHFERRY_STORE: `sqlite:${join(folder.path, 'relay.db')}`,
        PUSHFERRY_ORIGINS: origin,
        PUSHFERRY_API_KEYS: API_KEY,
        PUSHFERRY_VAPID_PUBLIC_KEY: vapidPublicKey,
        PUSHFERRY_FLUSH_MS: '0', // nothing to wait for in a test
        PUSHFERRY_PORT: '0',
        ...env,
      },
    })
    const { url } = await relay.start()
    watch.leadTo(url)
    return { relay, url }
  }

  let { relay, url } = await start()
  const down = async () => {
    watch.leadTo(null)
    await relay.stop()
  }
  return {
    url: watch.url,
    log: watch.log,
    failNext: watch.failNext,
    async ask(path) {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${API_KEY}` } })
      return response.json()
    },
    async send(...records) {
      const response = await fetch(`${url}/1/upload`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ d: records }),
      })
      return response.json()
    },
    down,
    async up() {
      ;({ relay, url } = await start())
    },
    async stop() {
      await down()
      await watch.stop()
      folder.remove()
    },
  }
}
