import { dayMs, decodeRow, type Row } from '../browser/row.ts'
import { isRefused } from './hand-over.ts'
import { readKeyCookie } from './key-cookie.ts'
import type { Client, Wish } from './reconcile.ts'
import { findSubscription } from './worker.ts'

/**
 * Reads the row as this visit takes it up, and restores from the cookie what storage has lost. Never rejects.
 *
 * A cookie that another subdomain has written says nothing of a registration here: only a live subscription does.
 */
export const openRow = async (client: Client, wish: Wish): Promise<Row> => {
  const { objectId, key, isOff } = readKeyCookie()
  let row = await client.rows.read()
  if (row.relay !== client.base) {
    row = decodeRow({ relay: client.base, off: row.off || isOff }, 0)
    // Settled, but with an endpoint that is not known: so it is withdrawn where necessary, and sent again.
    if (objectId && (await findSubscription(client))) row.objectId = row.settled = objectId
  }
  // Empty is a key that the relay has not given yet; another subdomain may have it by now.
  if (key) row.keys[objectId] ||= key
  if (wish !== 'keep') row.off = wish === 'unregister'
  if ((wish === 'register' && isRefused(row)) || Date.now() - row.at > client.refreshAfterDays * dayMs) row.at = 0
  return row
}
