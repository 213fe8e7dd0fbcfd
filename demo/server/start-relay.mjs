import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createRelayCalls } from './relay-calls.mjs'
import { relayEnvironment } from './relay-environment.mjs'
import { makeRunFolder } from './run-folder.mjs'

/** @typedef {Awaited<ReturnType<typeof startRelay>>} StartedRelay */

const makeKey = () => randomBytes(24).toString('base64url')

/**
 * Starts the relay with new keys. With the simulated CleverTap its store is new and deleted at the end. With a real account the store
 * stays, so that no queued record is lost.
 *
 * @param {object} parts
 * @param {import('./import-built.mjs').Built} parts.built
 * @param {Record<string, string | undefined>} parts.env
 * @param {string} parts.folder the demo's own
 * @param {readonly string[]} parts.origins of the demo site
 * @param {string} parts.vapidPublicKey
 * @param {import('../../src/simulator/simulator.ts').Simulator | undefined} parts.simulator
 * @param {(undo: () => unknown) => void} parts.onStop
 * @throws {Error} ConfigError or RelayError
 */
export const startRelay = async ({ built, env, folder, origins, vapidPublicKey, simulator, onStop }) => {
  const run = simulator && makeRunFolder(folder)
  if (run) onStop(run.remove)
  const store = run
    ? join(run.path, 'pushferry.db')
    : join(folder, `${env.CLEVERTAP_ACCOUNT_ID?.replace(/[^\w-]/g, '_')}.db`)
  const apiKey = makeKey()
  const adminKey = makeKey()
  const config = built.loadConfig(
    relayEnvironment(env, { origins, apiKey, adminKey, store, vapidPublicKey, simulator }),
  )
  const logFile = join(folder, 'relay.log')
  const destination = built.pino.destination({ dest: logFile, sync: true, append: false })
  const relay = built.createRelay({ config, log: built.createLog(config.logLevel, destination) })
  const { url } = await relay.start()
  onStop(relay.stop)

  const [account] = config.accounts
  if (!account) throw new TypeError('a configuration has an account')
  const hasStatusPage = config.adminKey === adminKey && (await fetch(`${url}/status`)).status === 401
  return {
    url,
    account,
    store,
    logFile,
    apiKey,
    /** Password of the status page, unless the operator has set one. */
    statusKey: hasStatusPage ? adminKey : undefined,
    calls: createRelayCalls(url, apiKey),
  }
}
