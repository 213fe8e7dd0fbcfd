import { setTimeout as delay } from 'node:timers/promises'
import { StoreError } from './errors.ts'
import type { Store } from './store.ts'

/** A store that can be given to others before it is open: until then it is `unavailable`. */
export interface LateStore {
  store: Store
  /** Opens it. Resolves when it is open or was closed meanwhile; rejects when no waiting will open it. */
  open(): Promise<void>
  /** Does not try to open it any more, if it is not open yet: `open` resolves within the attempt under way. */
  giveUp(): void
}

/** How often a database that is out of reach is tried again, in ms. */
const tryAgainMs = 1_000

/** Errors of opening that no waiting mends: a person has to. */
const isHopeless = (error: unknown): boolean =>
  error instanceof StoreError && (error.code === 'future-schema' || error.code === 'no-driver')

/**
 * Makes a store that opens later, and tries again and again while its database is out of reach, so that a relay starts,
 * says 503, and recovers by itself.
 */
export const createLateStore = (open: () => Promise<Store>, onTrouble: (error: unknown) => void): LateStore => {
  let real: Store | undefined
  let closed = false
  const givenUp = new AbortController()
  const listeners = new Set<Parameters<Store['onWork']>[0]>()
  const now = (): Store => {
    if (real) return real
    throw closed
      ? new StoreError('closed', 'the store is closed')
      : new StoreError('unavailable', 'the database is not open yet')
  }
  const attempt = async (): Promise<void> => {
    while (!givenUp.signal.aborted) {
      try {
        const store = await open()
        if (givenUp.signal.aborted) return await store.close()
        for (const listener of listeners) store.onWork(listener)
        real = store
        return
      } catch (error) {
        if (isHopeless(error)) throw error
        onTrouble(error)
        await delay(tryAgainMs, undefined, { signal: givenUp.signal }).catch(() => {})
      }
    }
  }

  const store: Store = {
    put: async (entries) => now().put(entries),
    withdraw: async (account, objectId) => now().withdraw(account, objectId),
    erase: async (account, objectId) => now().erase(account, objectId),
    find: async (account, objectId) => now().find(account, objectId),
    lease: async (request) => now().lease(request),
    settle: async (holder, settlements) => now().settle(holder, settlements),
    takeSlots: async (request) => now().takeSlots(request),
    join: async (holder, report) => now().join(holder, report),
    beat: async (holder, report) => now().beat(holder, report),
    holders: async () => now().holders(),
    reap: async (stale) => now().reap(stale),
    leave: async (holder) => now().leave(holder),
    counts: async (account) => now().counts(account),
    history: async (account, since) => now().history(account, since),
    count: async (account, event, by) => now().count(account, event, by),
    rejected: async (account, page) => now().rejected(account, page),
    retryRejected: async (account, which) => now().retryRejected(account, which),
    secret: async (name) => now().secret(name),
    probe: async () => now().probe(),
    onWork: (listener) => {
      listeners.add(listener)
      const stop = real?.onWork(listener)
      return () => {
        listeners.delete(listener)
        stop?.()
      }
    },
    close: async () => {
      closed = true
      givenUp.abort()
      await real?.close()
    },
  }
  return { store, open: attempt, giveUp: () => givenUp.abort() }
}
