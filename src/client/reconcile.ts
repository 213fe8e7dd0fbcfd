import { deliver } from '../browser/deliver.ts'
import { limit } from '../browser/limit.ts'
import { withLock } from '../browser/lock.ts'
import { dayMs, decodeRow, oweWithdrawal, type Row } from '../browser/row.ts'
import type { Rows } from '../browser/rows.ts'
import { wakeLater } from '../browser/wake.ts'
import { within } from './errors.ts'
import { handOver, isForFallback, isRefused } from './hand-over.ts'
import { readKeyCookie, writeKeyCookie } from './key-cookie.ts'
import { findObjectId } from './object-id.ts'
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

/** Reads the row as this visit takes it up. */
const openRow = async (client: Client, wish: Wish): Promise<Row> => {
  const stored = await client.rows.read()
  const row = stored.relay === client.base ? stored : decodeRow({ relay: client.base, off: stored.off }, 0)
  if (wish !== 'keep') row.off = wish === 'unregister'
  if ((wish === 'register' && isRefused(row)) || Date.now() - row.at > client.refreshAfterDays * dayMs) row.at = 0
  return row
}

/** Takes up the subscription for an objectId, whose proof may have outlived the row. */
const claim = (row: Row, objectId: string): void => {
  if (row.objectId !== objectId) oweWithdrawal(row)
  row.objectId = objectId
  delete row.withdraw[objectId]
  // Empty is a key that the relay has not given yet; another subdomain may have it by now.
  row.keys[objectId] ||= readKeyCookie(objectId)
}

/** Owes the withdrawal that the permission asks for. */
const followPermission = (row: Row, permission: NotificationPermission): void => {
  const isRevoked = permission === 'default' && row.settled && !row.off
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
  if (permission === 'granted' && !row.off) {
    registration = await startWorker(client)
    const objectId = await findObjectId(client)
    if (objectId === null) {
      oweWithdrawal(row)
      row.objectId = ''
      row.reason = 'signed-out'
    } else {
      row.vapidKey = await findVapidKey(client, row, wish !== 'register' && at > 0)
      live = await subscribe(registration, row, client)
      log('subscribed')
      claim(row, objectId)
    }
  } else {
    search = limit(() => findWorker(client), timeoutMs)
    // The relay is told, whatever the browser answers.
    registration = await search.catch(() => undefined)
    followPermission(row, permission)
  }

  const save = async () => {
    await rows.write(row)
    // If the page closes now, the worker delivers the rest; it waits for the lock.
    wakeLater(registration)
  }
  const authorize = async () => {
    row.ticket = await within('relay-refused', timeoutMs, () => client.ticket?.(row.objectId) ?? '')
  }
  await deliver(row, live, { ...client, save, authorize })
  const key = live && row.keys[row.objectId]
  // Once for each answer of the relay, so that browsers that cap its life see it renewed.
  if (key && row.at !== at) writeKeyCookie(row.objectId, key)
  await rows.write(row)
  if (row.off) await unsubscribe(await search, client)
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
