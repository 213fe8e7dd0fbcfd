import { identityOf } from '../browser/deliver.ts'
import type { PushErrorCode } from './errors.ts'
import { openRow } from './open-row.ts'
import type { Client } from './reconcile.ts'
import type { State, Status } from './status.ts'
import { obstacle } from './support.ts'
import { findSubscription } from './worker.ts'

/** The status as far as it is known without waiting. Never throws, not even on a server. */
export const guessStatus = (): Status => {
  const reason = obstacle()
  // The casts: `needs-install` is a state too, and every permission except `default` is a state.
  if (reason) return { state: reason === 'insecure-context' ? 'unsupported' : reason, reason } as Status
  return { state: Notification.permission.replace('default', 'prompt') as 'prompt' | 'denied' | 'granted' }
}

/**
 * Reads this browser's status. Never rejects.
 *
 * @param failure the code that the last verb of this page ended with
 */
export const readStatus = async (client: Client, failure: PushErrorCode | undefined): Promise<Status> => {
  const guess = guessStatus()
  if (guess.reason) return guess
  const { objectId, reason, settled } = await openRow(client, 'keep')
  const live = await findSubscription(client)

  let { state }: { state: State } = guess
  if (state === 'granted' && live && reason !== 'signed-out')
    state = objectId && !reason && settled === identityOf(objectId, live) ? 'registered' : 'subscribed'
  // The cast: a registered row has an objectId.
  return { state, reason: reason || failure, objectId: objectId || undefined } as Status
}
