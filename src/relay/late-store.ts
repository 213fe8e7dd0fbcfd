import { setTimeout as delay } from 'node:timers/promises'
import { eachOperation } from './store/each-operation.ts'
import { StoreError } from './store/errors.ts'
import type { Store } from './store/port.ts'
import { createWorkListeners } from './store/work-listeners.ts'

/** A store that can be given to others before it is open: until then it is `unavailable`. */
export interface LateStore {
  store: Store
  /** Opens it. Resolves when it is open or was closed meanwhile; rejects with what `onTrouble` throws. */
  open(): Promise<void>
  /** Does not try to open it any more, if it is not open yet: `open` resolves within the attempt under way. */
  giveUp(): void
}

/** How often a database that is out of reach is tried again, in ms. */
const tryAgainMs = 1_000

/**
 * Makes a store that opens later, and tries again and again while its database is out of reach, so that a relay starts,
 * says 503, and recovers by itself.
 *
 * @param onTrouble is told why each attempt failed; what it throws ends the attempts.
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
      // The store's promise as it is: a further one for each record would cost more than asking.
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
