import { setTimeout as delay } from 'node:timers/promises'
import { eachOperation } from './store/each-operation.ts'
import { StoreError } from './store/errors.ts'
import type { Store } from './store/port.ts'
import { createWorkListeners } from './store/work-listeners.ts'

/** A store that callers can hold before it is open. Until then its operations reject with `unavailable`. */
export interface LateStore {
  store: Store
  /** Opens it. Resolves when it is open or was closed meanwhile; rejects with what `onTrouble` throws. */
  open(): Promise<void>
  /** Stops trying to open it, if it is not open yet. `open` then resolves at the end of the current attempt. */
  giveUp(): void
}

/** Interval between attempts to open a database that cannot be reached, in ms. */
const tryAgainMs = 1_000

/**
 * Makes a store that opens later, and retries while its database cannot be reached. So a relay starts, answers 503, and recovers
 * without a restart.
 *
 * @param onTrouble gets the error of each failed attempt; an error that it throws ends the attempts.
 */
export const createLateStore = (open: () => Promise<Store>, onTrouble: (error: unknown) => void): LateStore => {
  let real: Store | undefined
  const listeners = createWorkListeners()
  const closing = new AbortController()
  let refusal = new StoreError('unavailable', 'the database is not open yet')

  const attempt = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const store = await open()
        if (closing.signal.aborted) return await store.close()
        store.onWork(listeners.tell)
        real = store
        return
      } catch (error) {
        onTrouble(error)
        await delay(tryAgainMs, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }
  return {
    store: {
      // Returns the store's own promise, because a second promise for each record costs more than the call.
      ...eachOperation((operation) => (real ? operation(real) : Promise.reject(refusal))),
      bytes: async () => real?.bytes?.(),
      onWork: listeners.onWork,
      close: async () => {
        refusal = new StoreError('closed', 'the store is closed')
        closing.abort()
        await real?.close()
      },
    },
    open: attempt,
    giveUp: () => closing.abort(),
  }
}
