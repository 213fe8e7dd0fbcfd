import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Store } from '../relay/store/port.ts'
import { pieceRows } from './enqueue.ts'

/** Shortest pause between two pieces while other processes use the store, in ms: time for a few live commits. */
const pauseMs = 8
/** Pause as a share of the last piece's time, because a slow machine slows the others down too. */
const pauseShare = 0.25
/** Longest time for a piece while other processes use the store, in ms, and the smallest number of rows in a piece. */
const pieceMs = 40
const fewestRows = 100
/** Interval between checks for other processes that use this store, in ms. */
const lookEveryMs = 2_000

/** Limits an import so that other processes can use the store. */
export interface Throttle {
  /** Pauses after a piece of `rows` rows whose commit took `tookMs`. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** Largest number of rows in the next piece. */
  mostRows: () => number
}

/**
 * Gives a relay on the same store time for its commits: pauses after each piece, and makes pieces smaller when they take longer
 * than `pieceMs`. Without another process a piece has `pieceRows`, and a pause is one turn of the event loop.
 *
 * @param own this process's own holder id, if it is a holder.
 */
export const createThrottle = (
  store: Pick<Store, 'holders'>,
  own: () => string | undefined,
  elapsed: () => number = () => performance.now(),
): Throttle => {
  let lookAt = 0
  let hasOthers = false
  let most = pieceRows
  const look = async (): Promise<void> => {
    if (elapsed() < lookAt) return
    lookAt = elapsed() + lookEveryMs
    const holders = await store.holders().catch(() => [])
    hasOthers = holders.some(({ id }) => id !== own())
  }
  return {
    mostRows: () => (hasOthers ? most : pieceRows),
    pause: async (rows, tookMs) => {
      await look()
      const wanted = Math.round((rows * pieceMs) / Math.max(1, tookMs))
      // At most twice the previous size, because one fast piece does not prove that a very large one is fast.
      most = Math.max(fewestRows, Math.min(pieceRows, wanted, 2 * most))
      await (hasOthers ? sleep(Math.max(pauseMs, pauseShare * tookMs)) : turn())
    },
  }
}
