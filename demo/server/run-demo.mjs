import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, relative, resolve } from 'node:path'
import { buildIfStale } from './build-if-stale.mjs'
import { viewClevertap } from './clevertap-view.mjs'
import { listen, readDemoPort } from './listen.mjs'
import { createLive } from './live.mjs'
import { modes } from './modes.mjs'
import { createRelayCalls } from './relay-calls.mjs'
import { namesAccount, relayEnvironment } from './relay-environment.mjs'
import { makeRunFolder } from './run-folder.mjs'
import { createSite } from './site.mjs'
import { readSiteFiles } from './site-files.mjs'
import { createTestPush, payloadOf } from './test-push.mjs'
import { keepVapidKeys } from './vapid.mjs'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */

/**
 * The package's own parts, from `dist`, which may just have been built: nothing of it can be imported before that.
 *
 * @param {string} root
 */
const importBuilt = async (root) => {
  const from = (/** @type {string} */ file) => import(new URL(`file://${join(root, 'dist/relay', file)}`).href)
  const [relay, config, log, simulate, webPush, pino] = await Promise.all([
    /** @type {Promise<typeof import('../../src/relay/index.ts')>} */ (from('index.js')),
    /** @type {Promise<typeof import('../../src/relay/config/load.ts')>} */ (from('config/load.js')),
    /** @type {Promise<typeof import('../../src/relay/log.ts')>} */ (from('log.js')),
    /** @type {Promise<typeof import('../../src/relay/simulate/index.ts')>} */ (from('simulate/index.js')),
    import('web-push'),
    import('pino'),
  ])
  return { ...relay, ...config, ...log, ...simulate, webPush: webPush.default, pino: pino.pino }
}

/**
 * Starts relay, demo site and, unless an account is named, the simulated CleverTap, all on loopback.
 *
 * @param {object} parts
 * @param {string} parts.root the package's folder
 * @param {Record<string, string | undefined>} parts.env
 * @param {(line: string) => void} parts.say
 * @param {(undo: () => unknown) => void} parts.onStop takes what undoes a step; to be called last step first
 * @throws {Error} DemoError, ConfigError or RelayError: one sentence for the person who started it
 */
export const runDemo = async ({ root, env, say, onStop }) => {
  const demoPort = readDemoPort(env.DEMO_PORT)
  const server = createServer((_, response) => response.writeHead(503).end('The demo is starting.'))
  const port = await listen(server, demoPort)
  onStop(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  )
  const origins = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]

  await buildIfStale(root, say)
  const built = await importBuilt(root)
  const folder = resolve(root, env.DEMO_FOLDER ?? '.demo')
  const vapid = keepVapidKeys(folder, built.webPush.generateVAPIDKeys)
  const makeKey = () => randomBytes(24).toString('base64url')
  const apiKey = makeKey()
  const adminKey = makeKey()
  const simulator = namesAccount(env) ? undefined : await built.startSimulator()
  if (simulator) onStop(simulator.stop)

  /** With a real account nothing that waits may be lost with the run. */
  const keptStore = () => join(folder, `${env.CLEVERTAP_ACCOUNT_ID?.replace(/[^\w-]/g, '_')}.db`)
  const run = simulator && makeRunFolder(folder)
  if (run) onStop(run.remove)
  const store = run ? join(run.path, 'pushferry.db') : keptStore()
  const config = built.loadConfig(
    relayEnvironment(env, { origins, apiKey, adminKey, store, vapidPublicKey: vapid.publicKey, simulator }),
  )
  const logFile = join(folder, 'relay.log')
  const destination = built.pino.destination({ dest: logFile, sync: true, append: false })
  const relay = built.createRelay({ config, log: built.createLog(config.logLevel, destination) })
  const { url } = await relay.start()
  onStop(relay.stop)

  const relayCalls = createRelayCalls(url, apiKey)
  const [account] = config.accounts
  const isOwnKey = account?.vapidPublicKey !== vapid.publicKey
  /** @type {import('../contract.ts').Mode} */
  let mode = 'working'
  /** @type {import('../contract.ts').Report[]} */
  const reports = []
  let tests = 0

  /** @type {(objectIds: readonly string[]) => Promise<Snapshot>} */
  const takeSnapshot = async (objectIds) => ({
    relay: { url, readiness: await relayCalls.readiness() },
    clevertap: simulator
      ? viewClevertap(simulator, mode, objectIds)
      : { simulated: false, accountId: account?.id ?? '', url: account?.apiOrigin ?? '', hasOwnKey: isOwnKey },
    tokens: Object.fromEntries(
      await Promise.all(
        objectIds.map(async (objectId) => [objectId, await relayCalls.token(objectId).catch(() => null)]),
      ),
    ),
    reports,
    noTestPush: isOwnKey
      ? 'Pages subscribe with your own VAPID key, whose private half only CleverTap has: send a test from its dashboard.'
      : null,
  })
  const live = createLive(takeSnapshot)
  onStop(live.stop)

  const sendPush = createTestPush({ webPush: built.webPush, vapid, pushService: env.DEMO_PUSH_SERVICE })
  server.removeAllListeners('request')
  server.on(
    'request',
    createSite({
      origins,
      relay: url,
      files: readSiteFiles(new URL('../site/', import.meta.url), url, simulator ? '' : String(account?.id)),
      live,
      relayCalls,
      testPush: async (subscription, origin) => {
        const test = ++tests
        const payload = payloadOf(origin, test)
        return { test, payload, ...(await sendPush(subscription, payload)) }
      },
      setMode:
        simulator &&
        ((next) => {
          mode = next
          simulator.clearFaults()
          simulator.fail(...modes[next])
        }),
      onReport: (what, test) => {
        reports.push({ what, test, at: Date.now() })
        reports.splice(0, reports.length - 20)
        void live.refresh()
      },
    }),
  )

  const hasStatusPage = config.adminKey === adminKey && (await fetch(`${url}/status`)).status === 401

  return {
    site: String(origins[0]),
    relay: url,
    relayCalls,
    apiKey,
    /** What opens the relay's status page, where it is not the operator's own secret. */
    statusKey: hasStatusPage ? adminKey : undefined,
    simulator,
    account,
    /** Sample tokens belong to nobody: a real account gets them only when it is asked for. */
    sendsSample: simulator !== undefined || env.DEMO_SEND_SAMPLE === '1',
    store: relative(root, store),
    logFile: relative(root, logFile),
    sample: JSON.parse(readFileSync(new URL('../sample.json', import.meta.url), 'utf8')),
  }
}
