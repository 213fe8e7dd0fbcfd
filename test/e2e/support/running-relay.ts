import { join } from 'node:path'
import { createRelay } from '../../../src/relay/index.ts'
import { silentLog } from '../../../src/relay/log.ts'
import type { Simulator } from '../../../src/relay/simulate/index.ts'
import { createTempFolder } from './temp-folder.ts'

/** A relay on SQLite in front of a simulated CleverTap, for one site. */
export interface RunningRelay {
  /** The same for the whole of a test, also after `down` and `up`. */
  readonly url: string
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

export const startRelay = async ({
  clevertap,
  origin,
  vapidPublicKey,
  env = {},
}: RelaySurroundings): Promise<RunningRelay> => {
  const folder = createTempFolder()
  const start = async (port: string) => {
    const relay = createRelay({
      log: silentLog,
      env: {
        CLEVERTAP_URL: clevertap.url,
        CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
        CLEVERTAP_PASSCODE: clevertap.passcode,
        PUSHFERRY_STORE: `sqlite:${join(folder.path, 'relay.db')}`,
        PUSHFERRY_ORIGINS: origin,
        PUSHFERRY_VAPID_PUBLIC_KEY: vapidPublicKey,
        PUSHFERRY_FLUSH_MS: '0', // nothing to wait for in a test
        PUSHFERRY_PORT: port,
        ...env,
      },
    })
    const { url } = await relay.start()
    return { relay, url }
  }

  let { relay, url } = await start('0')
  return {
    url,
    down: () => relay.stop(),
    async up() {
      ;({ relay } = await start(new URL(url).port))
    },
    async stop() {
      await relay.stop()
      folder.remove()
    },
  }
}
