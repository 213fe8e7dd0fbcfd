import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Store } from '../outbox/store.ts'

/** How long the store is left to others between two pieces while they are there, in ms: time for a few live commits. */
const politeMs = 8
/** How often it is looked who else is there, in ms. */
const lookEveryMs = 2_000

/**
 * Makes a pause between two pieces of an import. A relay that runs on the same store gets the time to write down what came
 * in meanwhile; with nobody there it is no more than a turn of the event loop.
 *
 * @param own the id by which this process is itself a holder in the store, if it is.
 */
export const createManners = (
  store: Pick<Store, 'holders'>,
  own: () => string | undefined,
  elapsed: () => number = () => performance.now(),
): (() => Promise<void>) => {
  let lookAt = 0
  let hasCompany = false
  return async () => {
    if (elapsed() >= lookAt) {
      lookAt = elapsed() + lookEveryMs
      const holders = await store.holders().catch(() => [])
      hasCompany = holders.some(({ id }) => id !== own())
    }
    await (hasCompany ? sleep(politeMs) : turn())
  }
}
