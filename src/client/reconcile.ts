import { deliver } from '../browser/deliver.ts'
import { limit } from '../browser/limit.ts'
import { withLock } from '../browser/lock.ts'
import { decodeRow, oweWithdrawal, type Row } from '../browser/row.ts'
import type { Rows } from '../browser/rows.ts'
import { wakeLater } from '../browser/wake.ts'
import { within } from './errors.ts'
import { handOver, isForFallback } from './hand-over.ts'
import { writeKeyCookie } from './key-cookie.ts'
import { findObjectId } from './object-id.ts'
import { openRow } from './open-row.ts'
import type { Settings } from './options.ts'
import { findVapidKey, subscribe, unsubscribe } from './subscription.ts'
import { obstacle } from './support.ts'
import { findWorker, startWorker } from './worker.ts'

/** The settings of one client and its stored row, which its verbs share. */
export interface Client extends Settings {
  readonly rows: Rows
}

/** The aim of a verb: `keep` leaves a browser registered or unregistered, as it is. */
export type Wish = 'register' | 'unregister' | 'keep'

/** Assigns the subscription to an objectId, and owes the withdrawal of another one; `null` when nobody is signed in. */
const claim = (row: Row, objectId: string | null): void => {
  if (row.objectId !== objectId || row.reason === 'permission-revoked') oweWithdrawal(row)
  row.objectId = objectId ?? ''
  delete row.withdraw[row.objectId]
  if (objectId === null) row.reason = 'signed-out'
}

/** Owes a withdrawal when the user has unregistered or the permission is gone. */
const followPermission = (row: Row, permission: NotificationPermission): void => {
  const isRevoked = permission === 'default' && row.objectId && !row.off
  if (row.off || isRevoked || permission === 'denied') oweWithdrawal(row)
  if (isRevoked) row.reason = 'permission-revoked'
}

/** Brings browser, row and relay into agreement. Runs inside the lock. @throws PushError */
const work = async (client: Client, wish: Wish): Promise<Row> => {
  const { timeoutMs, log, rows } = client
  const row = await openRow(client, wish)
  const { at } = row
  const { permission } = Notification
  log(wish, permission)

  let live: PushSubscription | undefined
  let registration: ServiceWorkerRegistration | undefined
  let search: Promise<ServiceWorkerRegistration | undefined> | undefined
  const save = async () => {
    await rows.write(row)
    // If the page closes now, the worker delivers the rest; it waits for the lock.
    wakeLater(registration)
  }
  const authorize = async () => {
    // The site's function may fail. Written first, so that earlier deliveries are not repeated.
    await rows.write(row)
    row.ticket = await within('relay-refused', timeoutMs, () => client.ticket?.(row.objectId) ?? '')
  }
  try {
    if (permission === 'granted' && !row.off) {
      const objectId = await findObjectId(client)
      claim(row, objectId)
      registration = await startWorker(client)
      if (objectId !== null) {
        row.vapidKey = await findVapidKey(client, row, (wish !== 'register' && at > 0) || row.retryAt > Date.now())
        live = await subscribe(registration, row, client)
        log('subscribed')
      }
    } else {
      search = limit(() => findWorker(client), timeoutMs)
      registration = await search.catch(() => undefined)
      followPermission(row, permission)
    }
  } finally {
    // Withdrawals reach the relay even if the browser does not subscribe.
    await deliver(row, live, { ...client, save, authorize })
    const key = row.keys[row.objectId] ?? ''
    // At each run, because some browsers limit the lifetime of a cookie.
    if (row.off || (live && key)) writeKeyCookie(row.objectId, key, row.off)
    await rows.write(row)
  }
  // Another product may have subscribed here since.
  if (row.off) await unsubscribe(await search, client, wish === 'keep' ? row.last : undefined)
  return row
}

/**
 * Brings browser, row and relay into agreement, one at a time across tabs and worker. Every verb and every trigger calls
 * it. Does nothing where push cannot work.
 *
 * @returns the row, as it was written
 * @throws PushError
 */
export const reconcile = async (client: Client, wish: Wish): Promise<Row> => {
  if (obstacle()) return decodeRow({}, 0)
  const row = await withLock(() => work(client, wish), client.timeoutMs)
  return client.fallback && isForFallback(row) ? handOver(client) : row
}
