import { viewClevertap } from './clevertap-view.mjs'
import { modes } from './modes.mjs'

/** @typedef {import('../contract.ts').Snapshot} Snapshot */
/** @typedef {import('../contract.ts').Mode} Mode */
/** @typedef {import('../contract.ts').Report} Report */

const keptReports = 20
const noTestPush =
  'Pages subscribe with your own VAPID key, whose private half only CleverTap has: send a test from its dashboard.'

/**
 * The demo's own state: the selected failure of CleverTap, and the test notifications that arrived.
 *
 * @param {object} parts
 * @param {import('./start-relay.mjs').StartedRelay} parts.relay
 * @param {import('../../src/simulator/simulator.ts').Simulator | undefined} parts.simulator
 * @param {boolean} parts.hasOwnKey whether pages subscribe with a VAPID key that the operator set
 */
export const createDemoState = ({ relay: { url, calls, account }, simulator, hasOwnKey }) => {
  /** @type {Mode} */
  let mode = 'working'
  /** @type {Report[]} */
  let reports = []

  return {
    /**
     * @param {readonly string[]} objectIds whose tokens are wanted
     * @returns {Promise<Snapshot>}
     */
    async takeSnapshot(objectIds) {
      const states = objectIds.map(async (objectId) => [objectId, await calls.token(objectId).catch(() => null)])
      return {
        relay: { url, readiness: await calls.readiness() },
        clevertap: simulator
          ? viewClevertap(simulator, mode, objectIds)
          : { simulated: false, accountId: account.id, url: account.apiOrigin, hasOwnKey },
        tokens: Object.fromEntries(await Promise.all(states)),
        reports,
        noTestPush: hasOwnKey ? noTestPush : null,
      }
    },
    /** Undefined without a simulator. */
    setMode:
      simulator &&
      ((/** @type {Mode} */ next) => {
        mode = next
        simulator.clearFaults()
        simulator.fail(...modes[next])
      }),
    /**
     * @param {Report['what']} what
     * @param {number} test
     */
    addReport(what, test) {
      reports = [...reports, { what, test, at: Date.now() }].slice(-keptReports)
    },
  }
}
