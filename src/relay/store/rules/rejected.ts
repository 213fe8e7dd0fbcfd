import type { Store } from '../port.ts'
import { change, keyOf, type Operation } from './operation.ts'
import { discard } from './remove.ts'
import { known, requeuedRow } from './row.ts'

/** Number of rejected rows that one call of `discardRejected` reads. */
export const discardedAtOnce = 1_000

/** Rows in one transaction of retryRejected, so that intake does not wait for a large one. */
export const retryPage = 1_000

/** Queues rejected rows again. Rows that are not rejected (with the given code), or have no token, stay unchanged. */
export const retry = (account: string, objectIds: readonly string[], code?: number): Operation<number> => {
  const keys = [...new Set(objectIds)].map((objectId) => ({ account, objectId }))
  return {
    keys,
    run: (rows) => {
      let retried = 0
      for (const key of keys.map((name) => keyOf(rows, name))) {
        const row = rows.find(key)
        if (row?.state !== 'rejected' || !row.token || (code !== undefined && row.error?.code !== code)) continue
        change(rows, key, row, requeuedRow(row, rows.nextSequence(), rows.now))
        rows.delta.event(key.account, 'queued')
        retried++
      }
      return retried
    },
  }
}

/**
 * Removes the oldest rejected rows that exceed the limits; see Store.discardRejected.
 *
 * @param oldest the oldest of them, in the order of their rejections; a row that is not rejected any more stays.
 * @param all the number of rejected rows.
 */
export const discardRejected = (
  account: string,
  oldest: readonly string[],
  all: number,
  { before, most }: Parameters<Store['discardRejected']>[1],
): Operation<number> => {
  const keys = oldest.map((objectId) => ({ account, objectId }))
  return {
    keys,
    run: (rows) => {
      let discarded = 0
      for (const [at, key] of keys.map((name) => keyOf(rows, name)).entries()) {
        const row = known(rows.find(key))
        if (row?.state !== 'rejected') continue
        const isOld = row.settledAt !== null && row.settledAt < before
        if (!isOld && all - at <= most) continue
        discard(rows, key, row, 'discarded')
        discarded++
      }
      return discarded
    },
  }
}
