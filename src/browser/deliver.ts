import { type Answer, askRelay } from './ask-relay.ts'
import type { Row } from './row.ts'

/**
 * The token id in an endpoint: what follows its last slash. The same as wire's `readEndpoint` for every push service that
 * there is (a test holds that), in a tenth of the bytes; the relay reads the endpoint for itself.
 */
const tokenId = (endpoint: string): string | undefined => endpoint.split('/').pop() || undefined

/** Identifies a registration. A subscription never changes, so the endpoint identifies its keys too. */
export const identityOf = (objectId: string, live: PushSubscription): string => objectId + live.endpoint

const keyHeader = 'X-Pushferry-Key'

export interface Delivery {
  readonly fetch: typeof globalThis.fetch
  /** For each request and its answer. */
  readonly timeoutMs: number
  /** Writes the row before each request. The caller writes what the last answer has changed. */
  save(): Promise<unknown>
  /** Puts a new ticket into the row before a registration is sent. */
  authorize?(row: Row): Promise<unknown>
}

/**
 * Delivers what is owed: withdrawals, and the live subscription unless the relay has answered just that for just this
 * objectId. Always as `chrome`: the relay decides for which push services that is right. Nothing owed means no request.
 * Runs inside the lock. The outcome is in the row.
 *
 * Withdrawals go first, because the relay would otherwise upload a token that waits under the old objectId after the new
 * one. A request that fails does not stop the next.
 *
 * @param live the subscription to register; `undefined` when there is to be none
 * @throws what `authorize` throws
 */
export const deliver = async (
  row: Row,
  live: PushSubscription | undefined,
  { fetch, timeoutMs, save, authorize }: Delivery,
): Promise<void> => {
  if (row.retryAt > Date.now()) return
  row.retryAt = 0
  const { objectId, keys } = row
  const send = async (path: string, request: RequestInit): Promise<Answer> => {
    await save()
    const answer = await askRelay(`${row.relay}subscriptions${path}`, request, fetch, timeoutMs)
    if (answer.is === 'later') row.retryAt = Math.max(row.retryAt, Date.now() + answer.retryAfterMs)
    return answer
  }

  for (const [other, key] of Object.entries(row.withdraw)) {
    const answer = await send(`/${encodeURIComponent(other)}`, { method: 'DELETE', headers: { [keyHeader]: key } })
    if (answer.is !== 'later') delete row.withdraw[other]
  }

  const identity = live && identityOf(objectId, live)
  if (identity && (identity !== row.settled || !row.at)) {
    await authorize?.(row)
    const { endpoint } = live
    const key = keys[objectId]
    const answer = await send('', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(key && { [keyHeader]: key }),
        ...(row.ticket && { Authorization: `Bearer ${row.ticket}` }),
      },
      body: JSON.stringify({
        type: 'token',
        tokenData: { id: tokenId(endpoint), type: 'chrome', keys: live.toJSON().keys },
        objectId,
        endpoint,
        // On a refresh that is this very token, which replaces nothing.
        replaces: tokenId(row.last),
      }),
    })
    if (answer.is === 'later') {
      // A refresh that fails leaves a registration as settled as it was.
      if (row.settled !== identity) row.reason = answer.reason
    } else {
      row.settled = identity
      row.at = Date.now()
      row.reason = answer.reason
      if (answer.is !== 'never') {
        row.last = endpoint
        keys[objectId] = answer.registrationKey
      }
    }
  }
}
