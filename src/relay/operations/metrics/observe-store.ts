import { StoreError } from '../../store/errors.ts'
import type { Store } from '../../store/port.ts'
import type { Instruments } from './instruments.ts'

const reasonOf = (error: unknown): string => (error instanceof StoreError ? error.code : 'unknown')

/**
 * Wraps a store: counts its failures and times its writes of records. `full` counts as a failure, because senders get a
 * 503 for it. `closed` does not, because it happens at the end of each process.
 *
 * Returns the store's own promises, so that no caller waits for a metric.
 */
export const observeStore = (store: Store, { storeWrite, storeFailures }: Instruments): Store => {
  const watch = <T>(operation: string, done: Promise<T>, onDone?: (value: T) => void): Promise<T> => {
    done.then(onDone, (error: unknown) => {
      const reason = reasonOf(error)
      if (reason !== 'closed') storeFailures.inc({ operation, reason })
    })
    return done
  }
  return {
    ...store,
    put: (entries) => {
      const began = performance.now()
      return watch('put', store.put(entries), (results) => {
        storeWrite.observe((performance.now() - began) / 1000)
        for (const { result } of results)
          if (result === 'full') storeFailures.inc({ operation: 'put', reason: 'full_unproved' })
      })
    },
    withdraw: (account, objectId) => watch('withdraw', store.withdraw(account, objectId)),
    erase: (account, objectId) => watch('erase', store.erase(account, objectId)),
    find: (account, objectId) => watch('find', store.find(account, objectId)),
    lease: (request) => watch('lease', store.lease(request)),
    complete: (holder, completions) => watch('complete', store.complete(holder, completions)),
    takeSlots: (request) => watch('takeSlots', store.takeSlots(request)),
    heartbeat: (holder, report) => watch('heartbeat', store.heartbeat(holder, report)),
    probe: () => watch('probe', store.probe()),
  }
}
