import { join } from 'node:path'
import { createRelay } from '../../../src/relay/index.ts'
import { silentLog } from '../../../src/relay/operations/log.ts'
import type { Simulator } from '../../../src/simulator/index.ts'
import type { EventLog } from './event-log.ts'
import { type RelayEvent, type RelayFault, startRelayWatch } from './relay-watch.ts'
import { createTempFolder } from './temp-folder.ts'

/** A relay on SQLite in front of a simulated CleverTap, for one site. */
export interface RunningRelay {
  /** Stays the same for the whole test, also after `down` and `up`. */
  readonly url: string
  /** The requests of browsers to it, and the answers. */
  readonly log: EventLog<RelayEvent>
  /** Makes the next request of a browser, or the next with this method, meet a fault instead of the relay. */
  failNext(fault: RelayFault, method?: string): void
  /** Gets a path as a backend does, with the API key. */
  ask(path: string): Promise<unknown>
  /** Sends records as a backend does, and resolves to the answer. */
  send(...records: readonly object[]): Promise<unknown>
  /** Stops the relay, so that browsers cannot reach it. */
  down(): Promise<void>
  /** Starts it again at the same address, with the same store. */
  up(): Promise<void>
  /** Stops it and deletes its store. */
  stop(): Promise<void>
}

export interface RelaySurroundings {
  readonly clevertap: Simulator
  /** The site whose pages may register. */
  readonly origin: string
  readonly vapidPublicKey: string
  /** More settings, by name. */
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
  // A new free port each time, because another process may have taken the last one.
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
