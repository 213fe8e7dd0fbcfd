import { identityOf } from '../browser/deliver.ts'
import { limit } from '../browser/limit.ts'
import { decodeRow } from '../browser/row.ts'
import type { PushErrorCode } from './errors.ts'
import { handedTo } from './fallback.ts'
import type { Client } from './reconcile.ts'
import type { Status } from './status.ts'
import { obstacle } from './support.ts'

/** What can be told without waiting. Never throws, on a server neither. */
export const guessStatus = (): Status => {
  const reason = obstacle()
  if (reason === 'needs-install') return { state: reason, reason }
  if (reason) return { state: 'unsupported', reason }
  const { permission } = Notification
  return { state: permission === 'default' ? 'prompt' : permission }
}

/**
 * Says how far this browser has come. Never rejects.
 *
 * @param failure the code that the last verb of this page ended with
 */
export const readStatus = async (
  { worker, rows, settings }: Client,
  failure: PushErrorCode | undefined,
): Promise<Status> => {
  const guess = guessStatus()
  if (guess.state === 'unsupported' || guess.state === 'needs-install') return guess
  let row = decodeRow('', 0)
  let live: PushSubscription | null | undefined
  await limit(async () => {
    row = await rows.read(worker.scope())
    live = await (await worker.find())?.pushManager.getSubscription()
  }, settings.timeoutMs).catch(() => {})

  const objectId = row.objectId || undefined
  const reason = (live && handedTo(row, live)) || row.reason || failure
  const { permission } = Notification
  if (permission !== 'granted') return { state: permission === 'default' ? 'prompt' : permission, reason, objectId }
  if (!live || row.reason === 'signed-out') return { state: permission, reason, objectId }
  return objectId && !row.reason && row.settled === identityOf(objectId, live)
    ? { state: 'registered', reason, objectId }
    : { state: 'subscribed', reason, objectId }
}
