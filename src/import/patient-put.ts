import { setTimeout as sleep } from 'node:timers/promises'
import { StoreError } from '../relay/store/errors.ts'
import type { NewEntry, PutResult, Store } from '../relay/store/port.ts'
import { ImportError } from './error.ts'

/** Waits between tries, in ms: about a minute in total, long enough for a restart of the database. */
const waitsMs = [200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 20_000]

/**
 * `Store.put` with retries while the database is unavailable.
 *
 * @throws ImportError (`failed`) when it is unavailable for a minute; StoreError (`full`) when the queue is full.
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
        throw new ImportError('failed', `the store accepts no more records: ${error.message}`, { cause: error })
      await wait(waitMs)
    }
  }
  throw new Error('unreachable')
}
