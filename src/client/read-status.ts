import { identityOf } from '../browser/deliver.ts'
import { limit } from '../browser/limit.ts'
import type { PushErrorCode } from './errors.ts'
import type { Client } from './reconcile.ts'
import type { Status } from './status.ts'
import { obstacle } from './support.ts'
import { findWorker } from './worker.ts'

const permissionState = (): 'prompt' | 'denied' | 'granted' =>
  Notification.permission === 'default' ? 'prompt' : Notification.permission

/** The status as far as it can be told without waiting. Never throws, on a server neither. */
export const guessStatus = (): Status => {
  const reason = obstacle()
  if (!reason) return { state: permissionState() }
  return reason === 'needs-install' ? { state: reason, reason } : { state: 'unsupported', reason }
}

/**
 * Says how far this browser has come. Never rejects.
 *
 * @param failure the code that the last verb of this page ended with
 */
export const readStatus = async (client: Client, failure: PushErrorCode | undefined): Promise<Status> => {
  if (obstacle()) return guessStatus()
  const row = await client.rows.read()
  const look = async () => (await findWorker(client))?.pushManager.getSubscription()
  const live = await limit(look, client.timeoutMs).catch(() => undefined)

  const state = permissionState()
  const reason = row.reason || failure
  const objectId = row.objectId || undefined
  if (state !== 'granted' || !live || row.reason === 'signed-out') return { state, reason, objectId }
  return objectId && !row.reason && row.settled === identityOf(objectId, live)
    ? { state: 'registered', reason, objectId }
    : { state: 'subscribed', reason, objectId }
}
