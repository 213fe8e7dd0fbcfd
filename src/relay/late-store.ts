import { setTimeout as delay } from 'node:timers/promises'
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

type Ask = <T>(operation: (store: Store) => Promise<T>) => Promise<T>

/** All operations that answer with a promise. */
const forwarding = (ask: Ask): Omit<Store, 'onWork' | 'close'> => ({
  put: (entries) => ask((store) => store.put(entries)),
  withdraw: (account, objectId) => ask((store) => store.withdraw(account, objectId)),
  erase: (account, objectId) => ask((store) => store.erase(account, objectId)),
  find: (account, objectId) => ask((store) => store.find(account, objectId)),
  lease: (request) => ask((store) => store.lease(request)),
  complete: (holder, completions) => ask((store) => store.complete(holder, completions)),
  takeSlots: (request) => ask((store) => store.takeSlots(request)),
  join: (holder, report) => ask((store) => store.join(holder, report)),
  heartbeat: (holder, report) => ask((store) => store.heartbeat(holder, report)),
  holders: () => ask((store) => store.holders()),
  takeOver: (stale) => ask((store) => store.takeOver(stale)),
  leave: (holder) => ask((store) => store.leave(holder)),
  counts: (account) => ask((store) => store.counts(account)),
  history: (account, since) => ask((store) => store.history(account, since)),
  count: (account, event, by) => ask((store) => store.count(account, event, by)),
  rejected: (account, page) => ask((store) => store.rejected(account, page)),
  accepted: (account, page) => ask((store) => store.accepted(account, page)),
  retryRejected: (account, which) => ask((store) => store.retryRejected(account, which)),
  discardRejected: (account, limits) => ask((store) => store.discardRejected(account, limits)),
  secret: (name) => ask((store) => store.secret(name)),
  probe: () => ask((store) => store.probe()),
  bytes: () => ask(async (store) => store.bytes?.()),
})

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
      ...forwarding((operation) => (real ? operation(real) : Promise.reject(refusal))),
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
