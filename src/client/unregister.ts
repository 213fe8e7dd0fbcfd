import { withLock } from '../browser/lock.ts'
import { type Client, reconcile } from './reconcile.ts'
import { obstacle } from './support.ts'

/** @returns when what is left may be sent (ms since 1970), or 0 @throws PushError */
export const unregister = async (client: Client): Promise<number> => {
  if (obstacle()) return 0
  const { retryAt } = await withLock(() => reconcile(client, 'unregister'), client.settings.timeoutMs)
  return retryAt
}
