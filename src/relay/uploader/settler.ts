import { StoreError } from '../store/errors.ts'
import type { Settlement, Store } from '../store/port.ts'
import type { Clock } from './clock.ts'

/** Writes results to the store: those that come while a write is under way go together in the next. */
export interface Settler {
  add(holder: string, settlements: readonly Settlement[]): void
  /** The same, but they may wait for a moment for others to come: nobody needs to see them at once. */
  addSoon(holder: string, settlements: readonly Settlement[]): void
  /** How many results are not written yet. */
  pending(): number
  /** Resolves when everything added so far has been written; never, while the store is out of order. */
  drained(): Promise<void>
}

/** How long results wait for others, in ms. Requests that began together end together. */
export const groupMs = 3

/** How long to wait after the store has refused a write, in ms. */
const refusedWaitMs = 500

/**
 * Results are kept until the store has them: a full disk delays them, and a killed process loses no more than the
 * knowledge that a record had already arrived, so that it is sent again.
 */
export const createSettler = (store: Store, clock: Clock, onWritten: () => void): Settler => {
  let waiting: { holder: string; settlements: readonly Settlement[] }[] = []
  let writing = 0
  let run: Promise<void> | undefined
  let cancelSoon: (() => void) | undefined

  const begin = (): void => {
    cancelSoon?.()
    cancelSoon = undefined
    run ??= write()
  }
  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const now = waiting
      waiting = []
      writing = now.reduce((sum, { settlements }) => sum + settlements.length, 0)
      const holders = new Map<string, Settlement[]>()
      for (const { holder, settlements } of now) holders.set(holder, [...(holders.get(holder) ?? []), ...settlements])
      try {
        for (const [holder, settlements] of holders) await store.settle(holder, settlements)
        onWritten()
      } catch (error) {
        // A store that was closed takes nothing any more; others take the rows over, and send them again.
        if (error instanceof StoreError && error.code === 'closed') waiting = []
        else {
          // Settling is idempotent, so all of it can be tried again.
          waiting = [...now, ...waiting]
          writing = 0
          await new Promise<void>((resolve) => clock.after(refusedWaitMs, resolve))
        }
      }
      writing = 0
    }
    run = undefined
  }

  return {
    add: (holder, settlements) => {
      if (settlements.length === 0) return
      waiting.push({ holder, settlements })
      begin()
    },
    addSoon: (holder, settlements) => {
      if (settlements.length === 0) return
      waiting.push({ holder, settlements })
      if (!run) cancelSoon ??= clock.after(groupMs, begin)
    },
    pending: () => writing + waiting.reduce((sum, { settlements }) => sum + settlements.length, 0),
    drained: async () => {
      if (cancelSoon) begin()
      while (run) await run
    },
  }
}
