import { StoreError } from '../store/errors.ts'
import type { Completion, Store } from '../store/port.ts'
import type { Clock } from './clock.ts'

/** Writes outcomes to the store. Outcomes that arrive during a write go into the next one together. */
export interface OutcomeWriter {
  add(holder: string, completions: readonly Completion[]): void
  /** Like `add`, but the write may wait 3 ms for other outcomes. For outcomes that no caller needs to see at once. */
  addSoon(holder: string, completions: readonly Completion[]): void
  /** Number of outcomes that are not written yet. */
  pending(): number
  /** Resolves when everything added so far is written. Does not resolve while the store fails. */
  drained(): Promise<void>
}

/** How long `addSoon` waits for other outcomes, in ms. Requests that start together end together. */
export const groupMs = 3

/** Wait after a failed write, in ms. */
const refusedWaitMs = 500

/**
 * Keeps outcomes until the store has written them. A full disk delays them. If the process is killed, the outcomes are lost, and
 * their records are sent again.
 */
export const createOutcomeWriter = (store: Store, clock: Clock, onWritten: () => void): OutcomeWriter => {
  let waiting: { holder: string; completions: readonly Completion[] }[] = []
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
      writing = now.reduce((sum, { completions }) => sum + completions.length, 0)
      const holders = new Map<string, Completion[]>()
      for (const { holder, completions } of now) holders.set(holder, [...(holders.get(holder) ?? []), ...completions])
      try {
        for (const [holder, completions] of holders) await store.complete(holder, completions)
        onWritten()
      } catch (error) {
        // A closed store takes no writes. Other processes take the rows over and send them again.
        if (error instanceof StoreError && error.code === 'closed') waiting = []
        else {
          // Writing outcomes is idempotent, so the whole write can be repeated.
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
    add: (holder, completions) => {
      if (completions.length === 0) return
      waiting.push({ holder, completions })
      begin()
    },
    addSoon: (holder, completions) => {
      if (completions.length === 0) return
      waiting.push({ holder, completions })
      if (!run) cancelSoon ??= clock.after(groupMs, begin)
    },
    pending: () => writing + waiting.reduce((sum, { completions }) => sum + completions.length, 0),
    drained: async () => {
      if (cancelSoon) begin()
      while (run) await run
    },
  }
}
