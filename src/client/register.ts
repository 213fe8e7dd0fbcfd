import type { Row } from '../browser/row.ts'
import { PushError } from './errors.ts'
import { isForFallback, isRefused } from './hand-over.ts'
import { askPermission, demandPermission } from './permission.ts'
import { type Client, reconcile } from './reconcile.ts'
import { obstacle } from './support.ts'

/** @throws PushError */
export const register = async (client: Client): Promise<Row> => {
  const problem = obstacle()
  if (problem) throw new PushError(problem, false)
  // Nothing was awaited before this: the click still counts.
  await askPermission(client.timeoutMs)
  const row = await reconcile(client, 'register')
  demandPermission()
  // Not for a push service that the relay does not accept: the visitor did nothing wrong, and nothing failed.
  if (row.settled && isRefused(row) && !isForFallback(row) && !row.retryAt)
    throw new PushError('relay-refused', false, row.reason, true)
  return row
}
