import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { relative, resolve } from 'node:path'
import { buildIfStale } from './build-if-stale.mjs'
import { createDemoState } from './demo-state.mjs'
import { importBuilt } from './import-built.mjs'
import { listen, readDemoPort } from './listen.mjs'
import { createLive } from './live.mjs'
import { namesAccount } from './relay-environment.mjs'
import { createSite } from './site.mjs'
import { readSiteFiles } from './site-files.mjs'
import { startRelay } from './start-relay.mjs'
import { createTestPush } from './test-push.mjs'
import { keepVapidKeys } from './vapid.mjs'

/**
 * Starts relay, demo site and, without a real account, the simulated CleverTap, all on loopback.
 *
 * @param {object} parts
 * @param {string} parts.root the package's folder
 * @param {Record<string, string | undefined>} parts.env
 * @param {(line: string) => void} parts.say
 * @param {(undo: () => unknown) => void} parts.onStop gets a function that undoes each step, to be called in reverse order
 * @throws {Error} DemoError, ConfigError or RelayError, with one sentence for the user
 */
export const runDemo = async ({ root, env, say, onStop }) => {
  // First, because the relay needs the site's origin when it starts.
  const server = createServer((_, response) => response.writeHead(503).end('The demo is starting.'))
  const port = await listen(server, readDemoPort(env.DEMO_PORT))
  onStop(
    () =>
      new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      }),
  )
  const site = `http://localhost:${port}`
  const origins = [site, `http://127.0.0.1:${port}`]

  await buildIfStale(root, say, env.DEMO_BUILD !== '0')
  const built = await importBuilt(root)
  const folder = resolve(root, env.DEMO_FOLDER ?? '.demo')
  const vapid = keepVapidKeys(folder, built.webPush.generateVAPIDKeys)
  const simulator = namesAccount(env) ? undefined : await built.startSimulator()
  if (simulator) onStop(simulator.stop)
  const vapidPublicKey = vapid.publicKey
  const relay = await startRelay({ built, env, folder, origins, vapidPublicKey, simulator, onStop })

  const { account } = relay
  const hasOwnKey = account.vapidPublicKey !== vapidPublicKey
  const { takeSnapshot, setMode, addReport } = createDemoState({ relay, simulator, hasOwnKey })
  const live = createLive(takeSnapshot, env.DEMO_RELOAD && String(process.pid))
  onStop(live.stop)
  server.removeAllListeners('request')
  server.on(
    'request',
    createSite({
      origins,
      relay: relay.url,
      files: readSiteFiles(new URL('../site/', import.meta.url), relay.url, simulator ? '' : account.id),
      live,
      relayCalls: relay.calls,
      testPush: createTestPush({ webPush: built.webPush, vapid, pushService: env.DEMO_PUSH_SERVICE }),
      setMode,
      onReport: addReport,
    }),
  )
  return {
    ...relay,
    site,
    simulator,
    /** Sends the sample to a real account only on request, because its tokens belong to no device. */
    sendsSample: simulator !== undefined || env.DEMO_SEND_SAMPLE === '1',
    store: relative(root, relay.store),
    logFile: relative(root, relay.logFile),
    sample: JSON.parse(readFileSync(new URL('../sample.json', import.meta.url), 'utf8')),
  }
}
