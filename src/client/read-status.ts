import { identityOf } from '../browser/deliver.ts'
import { limit } from '../browser/limit.ts'
import { decodeRow } from '../browser/row.ts'
import type { PushErrorCode } from './errors.ts'
import type { Client } from './reconcile.ts'
import type { Status } from './status.ts'
import { obstacle } from './support.ts'

/** What can be told without waiting. Never throws, on a server neither. */
export const guessStatus = (): Status => obstacle() ?? { state: stateOf(Notification.permission) }

const stateOf = (permission: NotificationPermission): 'prompt' | 'denied' | 'granted' =>
  permission === 'default' ? 'prompt' : permission

/**
 * Says how far this browser has come. Never rejects.
 *
 * @param failure the code that the last verb of this page ended with
 */
export const readStatus = async (
  { worker, rows, settings }: Client,
  failure: PushErrorCode | undefined,
): Promise<Status> => {
  const problem = obstacle()
  if (problem) return problem
  let row = decodeRow({}, 0)
  let live: PushSubscription | null | undefined
  const look = async () => {
    row = await rows.read(worker.scope())
    live = await (await worker.find())?.pushManager.getSubscription()
  }
  await limit(look, settings.timeoutMs).catch(() => {})

  const state = stateOf(Notification.permission)
  const reason = row.reason || failure
  const objectId = row.objectId || undefined
  if (state !== 'granted' || !live || row.reason === 'signed-out') return { state, reason, objectId }
  return objectId && !row.reason && row.settled === identityOf(objectId, live)
    ? { state: 'registered', reason, objectId }
    : { state: 'subscribed', reason, objectId }
}
