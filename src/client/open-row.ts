import { dayMs, decodeRow, type Row } from '../browser/row.ts'
import { isRefused } from './hand-over.ts'
import { readKeyCookie } from './key-cookie.ts'
import type { Client, Wish } from './reconcile.ts'
import { findSubscription } from './worker.ts'

/**
 * Reads the stored row, restores from the cookie what storage has lost, and applies the wish. Never rejects.
 *
 * The cookie may come from another subdomain, so it counts as a registration here only with a live subscription.
 */
export const openRow = async (client: Client, wish: Wish): Promise<Row> => {
  const { objectId, key, isOff } = readKeyCookie()
  let row = await client.rows.read()
  if (row.relay !== client.base) {
    row = decodeRow({ relay: client.base, off: row.off || isOff }, 0)
    // Without an endpoint it matches no subscription: it is sent again, and withdrawn first if the objectId has changed.
    if (objectId && (await findSubscription(client))) row.objectId = row.settled = objectId
  }
  // The row's key is empty if the relay has not given one yet; another subdomain may have one by now.
  if (key) row.keys[objectId] ||= key
  if (wish !== 'keep') row.off = wish === 'unregister'
  if ((wish === 'register' && isRefused(row)) || Date.now() - row.at > client.refreshAfterDays * dayMs) row.at = 0
  return row
}
