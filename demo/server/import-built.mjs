import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @typedef {Awaited<ReturnType<typeof importBuilt>>} Built */

/**
 * Imports the package's own modules from `dist`. They are imported dynamically, because the demo may build them first.
 *
 * @param {string} root the package's folder
 */
export const importBuilt = async (root) => {
  const from = (/** @type {string} */ file) => import(pathToFileURL(join(root, 'dist', file)).href)
  const [relay, config, log, simulate, webPush, pino] = await Promise.all([
    /** @type {Promise<typeof import('../../src/relay/index.ts')>} */ (from('relay/index.js')),
    /** @type {Promise<typeof import('../../src/relay/config/load.ts')>} */ (from('relay/config/load.js')),
    /** @type {Promise<typeof import('../../src/relay/operations/log.ts')>} */ (from('relay/operations/log.js')),
    /** @type {Promise<typeof import('../../src/simulator/index.ts')>} */ (from('simulator/index.js')),
    import('web-push'),
    import('pino'),
  ])
  const { createRelay } = relay
  const { loadConfig } = config
  const { createLog } = log
  const { startSimulator } = simulate
  return { createRelay, loadConfig, createLog, startSimulator, webPush: webPush.default, pino: pino.pino }
}
