/** @typedef {import('../contract.ts').SimulatedClevertap} SimulatedClevertap */
/** @typedef {import('../../src/simulator/simulator.ts').Call} Call */

const shownCalls = 8
const shownProfiles = 12
const shownErrors = 4

/** @param {Call} call */
const summaryOf = ({ number, at, tookMs, size, status, processed, unprocessed }) => ({
  number,
  at,
  tookMs,
  size,
  status,
  processed,
  unprocessed,
})

/**
 * @param {readonly Call[]} calls
 * @param {string} objectId
 * @returns {import('../contract.ts').Delivery | undefined}
 */
const deliveryOf = (calls, objectId) => {
  const carries = (/** @type {unknown} */ record) => Object(record).objectId === objectId
  const call = calls.findLast(({ records }) => records.some(carries))
  // The relay sends only records.
  const record = /** @type {import('../../src/wire/record.ts').TokenRecord} */ (call?.records.findLast(carries))
  return call && { call: summaryOf(call), record }
}

/**
 * The calls and profiles of the simulated CleverTap that the page shows.
 *
 * @param {import('../../src/simulator/simulator.ts').Simulator} simulator
 * @param {import('../contract.ts').Mode} mode
 * @param {readonly string[]} objectIds for which the last delivery is wanted
 * @returns {SimulatedClevertap}
 */
export const viewClevertap = (simulator, mode, objectIds) => {
  // Omits the relay's own dry run at its start, which has no token.
  const calls = simulator.received().filter(({ dryRun }) => !dryRun)
  return {
    simulated: true,
    accountId: simulator.accountId,
    url: simulator.url,
    mode,
    counts: simulator.counts,
    calls: calls.slice(-shownCalls).reverse().map(summaryOf),
    profiles: [...simulator.profiles.values()]
      .sort((one, other) => other.storedAt - one.storedAt)
      .slice(0, shownProfiles),
    errors: simulator.errors.slice(-shownErrors).reverse(),
    deliveries: Object.fromEntries(
      objectIds.flatMap((objectId) => {
        const delivery = deliveryOf(calls, objectId)
        return delivery ? [[objectId, delivery]] : []
      }),
    ),
  }
}
