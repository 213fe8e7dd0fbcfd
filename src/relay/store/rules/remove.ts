import type { EventName, Store } from '../port.ts'
import { change, type Key, keyOf, type Operation, onOne, type Rows } from './operation.ts'
import { holdOf, known, type Row, withdrawnRow } from './row.ts'

/** Removes a row that nobody has leased, with the event that says why. */
export const discard = (rows: Rows, key: Key, row: Row, event: EventName): void => {
  change(rows, key, row, undefined)
  rows.delta.event(key.account, event)
}

/** See Store.withdraw. A row whose token is in flight stays leased, so that the next token waits for the result. */
export const withdraw = (account: string, objectId: string): Operation<boolean> =>
  onOne({ account, objectId }, (rows, key) => {
    const row = known(rows.find(key))
    if (!row || row.state === 'withdrawn') return row !== undefined
    change(rows, key, row, withdrawnRow(row, rows.now))
    rows.delta.event(key.account, 'withdrawn')
    return true
  })

/** See Store.erase. The caller then removes the copies of the deleted row that the database still has on disk. */
export const erase = (account: string, objectId: string): Operation<boolean> =>
  onOne({ account, objectId }, (rows, key) => {
    const row = known(rows.find(key))
    if (!row) return false
    change(rows, key, row, row.holder === null ? undefined : holdOf(row))
    rows.delta.event(key.account, 'erased')
    return true
  })

/** Limit of rejected rows in one transaction of `discardRejected` and `retryRejected`, so that intake does not wait long. */
export const rejectedPage = 1_000

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
