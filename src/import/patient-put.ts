import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../relay/store/errors.ts'
import type { NewEntry, PutResult, Store } from '../relay/store/port.ts'
import { ImportError } from './error.ts'

/** Waits between tries, in ms: about a minute together, which outlives a restart of a database. */
const waitsMs = [200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 20_000]

/**
 * `Store.put`, tried again while the database does not take it.
 *
 * @throws ImportError (`failed`) when it does not take it for a minute, StoreError (`full`) when the queue has no room.
 */
export const patientPut = async (
  store: Pick<Store, 'put'>,
  entries: readonly NewEntry[],
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<readonly PutResult[]> => {
  for (const waitMs of [...waitsMs, undefined]) {
    try {
      return await store.put(entries)
    } catch (error) {
      if (!(error instanceof StoreError) || error.code === 'full') throw error
      if (error.code !== 'unavailable' || waitMs === undefined)
        throw new ImportError('failed', `the store takes no more records: ${error.message}`, { cause: error })
      await wait(waitMs)
    }
  }
  throw new Error('unreachable')
}
