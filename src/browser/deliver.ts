import { type Answer, askRelay } from './ask-relay.ts'
import type { Row } from './row.ts'

/**
 * The token id in an endpoint: the part after its last slash. Gives the same result as wire's `readEndpoint` for every known push
 * service (a test checks that), in a tenth of the bytes; the relay parses the endpoint itself.
 */
const tokenId = (endpoint: string): string | undefined => endpoint.split('/').pop() || undefined

/** Identifies a registration. A subscription never changes, so the endpoint identifies its keys too. */
export const identityOf = (objectId: string, live: PushSubscription): string => objectId + live.endpoint

const keyHeader = 'X-Pushferry-Key'

export interface Delivery {
  readonly fetch: typeof globalThis.fetch
  /** Time limit for each request, including its answer. */
  readonly timeoutMs: number
  /** Writes the row before each request. After the last answer the caller writes it. */
  save(): Promise<unknown>
  /** Puts a new ticket into the row before a registration is sent. */
  authorize?(row: Row): Promise<unknown>
}

/**
 * Delivers the withdrawals that are owed, and the live subscription unless the relay has already answered for it and this
 * objectId. Sends every token as `chrome`, because the relay decides which push services it accepts as that type. Sends no
 * request when nothing is owed. Runs inside the lock. The outcome is in the row.
 *
 * Withdrawals go first. Otherwise the relay could upload a token that is queued under the old objectId after the one of the
 * new objectId. A request that fails does not stop the next.
 *
 * @param live the subscription to register; `undefined` to register none
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
        // On a refresh this is the same token, and nothing is replaced.
        replaces: tokenId(row.last),
      }),
    })
    if (answer.is === 'later') {
      // A failed refresh keeps the relay's earlier answer.
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
