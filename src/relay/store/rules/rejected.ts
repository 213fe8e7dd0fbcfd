import type { Store } from '../port.ts'
import { discard } from './remove.ts'
import { known, requeuedRow } from './row.ts'
import { change, type Key, type Rows } from './rows.ts'

/** Number of rejected rows that one call of `discardRejected` reads. */
export const discardedAtOnce = 1_000

/** Rows that one transaction of retryRejected takes, so that intake does not wait behind a large one. */
export const retryPage = 1_000

/** Queues refused rows anew; rows that are not refused (with this code, if one is given), or have no token, stay. */
export const retry = (rows: Rows, keys: Iterable<Key>, code?: number): number => {
  let retried = 0
  for (const key of keys) {
    const row = rows.find(key)
    if (row?.state !== 'rejected' || !row.token || (code !== undefined && row.error?.code !== code)) continue
    change(rows, key, row, requeuedRow(row, rows.nextSequence(), rows.now))
    rows.delta.event(key.account, 'queued')
    retried++
  }
  return retried
}

/**
 * Removes those of the oldest refused rows that the limits do not keep; see Store.discardRejected.
 *
 * @param oldest the oldest of them, in the order of their refusals; one that is not refused any more stays.
 * @param all how many refused rows there are.
 */
export const discardRejected = (
  rows: Rows,
  oldest: readonly Key[],
  all: number,
  { before, most }: Parameters<Store['discardRejected']>[1],
): number => {
  let discarded = 0
  oldest.forEach((key, at) => {
    const row = known(rows.find(key))
    if (row?.state !== 'rejected') return
    const isOld = row.settledAt !== null && row.settledAt < before
    if (!isOld && all - at <= most) return
    discard(rows, key, row, 'discarded')
    discarded++
  })
  return discarded
}
