import { withLock } from '../browser/lock.ts'
import { PushError } from './errors.ts'
import { askPermission, demandPermission } from './permission.ts'
import { type Client, reconcile } from './reconcile.ts'
import { obstacle } from './support.ts'

/** @returns when what is left may be sent (ms since 1970), or 0 @throws PushError */
export const register = async (client: Client): Promise<number> => {
  const { timeoutMs } = client.settings
  const code = obstacle()
  if (code) throw new PushError(code, false)
  // Nothing was awaited before this: the click still counts.
  await askPermission(timeoutMs)
  const { settled, reason, retryAt } = await withLock(() => reconcile(client, 'register'), timeoutMs)
  demandPermission()
  // Not for push-service-not-accepted: a visitor with such a browser has done nothing wrong, and nothing failed.
  if (settled && reason && reason !== 'push-service-not-accepted' && !retryAt)
    throw new PushError('relay-refused', false, reason)
  return retryAt
}
