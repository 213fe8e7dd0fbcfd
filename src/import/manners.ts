import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Store } from '../relay/store/port.ts'
import { pieceRows } from './enqueue.ts'

/** How long the store is left to others between two pieces while they are there, in ms: time for a few live commits. */
const politeMs = 8
/** On a machine that is slow just now others are too, so they get this share of the time that a piece took. */
const politeShare = 0.25
/** How long a piece may keep the store to itself while others are there, in ms, and how small it gets for that. */
const pieceMs = 40
const fewestRows = 100
/** Interval between checks for other processes that use this store, in ms. */
const lookEveryMs = 2_000

/** How an import makes room for other processes that use its store. */
export interface Manners {
  /** Pauses after a piece of `rows` rows whose commit took `tookMs`. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** How many rows the next piece may have. */
  mostRows: () => number
}

/**
 * A relay that runs on the same store gets the time to write down what came in meanwhile, and pieces become as small as it
 * takes to keep the store free for it most of the time; with nobody there a piece has `pieceRows`, and a pause is no more than
 * a turn of the event loop.
 *
 * @param own the id by which this process is itself a holder in the store, if it is.
 */
export const createManners = (
  store: Pick<Store, 'holders'>,
  own: () => string | undefined,
  elapsed: () => number = () => performance.now(),
): Manners => {
  let lookAt = 0
  let hasCompany = false
  let most = pieceRows
  const look = async (): Promise<void> => {
    if (elapsed() < lookAt) return
    lookAt = elapsed() + lookEveryMs
    const holders = await store.holders().catch(() => [])
    hasCompany = holders.some(({ id }) => id !== own())
  }
  return {
    mostRows: () => (hasCompany ? most : pieceRows),
    pause: async (rows, tookMs) => {
      await look()
      const wanted = Math.round((rows * pieceMs) / Math.max(1, tookMs))
      // At most twice as many as before: one quick piece is no reason for a very long one.
      most = Math.max(fewestRows, Math.min(pieceRows, wanted, 2 * most))
      await (hasCompany ? sleep(Math.max(politeMs, politeShare * tookMs)) : turn())
    },
  }
}
