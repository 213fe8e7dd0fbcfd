import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Store } from '../relay/store/port.ts'
import { pieceRows } from './enqueue.ts'

/** Shortest pause between two pieces beside other processes, in ms: time for a few live commits. */
const pauseMs = 8
/** Pause as a share of the last piece's time, because a slow machine slows the others down too. */
const pauseShare = 0.25
/** Longest time for a piece beside other processes, in ms, and the fewest rows to which it shrinks for that. */
const pieceMs = 40
const fewestRows = 100
/** Interval between checks for other processes that use this store, in ms. */
const lookEveryMs = 2_000

/** How an import makes room for other processes that use its store. */
export interface Throttle {
  /** Pauses after a piece of `rows` rows whose commit took `tookMs`. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** How many rows the next piece may have. */
  mostRows: () => number
}

/**
 * Gives a relay on the same store time for its commits: pauses after each piece, and shrinks pieces that take longer than
 * `pieceMs`. Without another process a piece has `pieceRows`, and a pause is one turn of the event loop.
 *
 * @param own the id by which this process is itself a holder in the store, if it is.
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
      // At most twice as many as before: one quick piece is no reason for a very long one.
      most = Math.max(fewestRows, Math.min(pieceRows, wanted, 2 * most))
      await (hasOthers ? sleep(Math.max(pauseMs, pauseShare * tookMs)) : turn())
    },
  }
}
