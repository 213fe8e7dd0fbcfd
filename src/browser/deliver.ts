import { type Answer, askRelay } from './ask-relay.ts'
import { dayMs, type Row } from './row.ts'

/**
 * The token id in an endpoint: what follows its last slash. The same as wire's `readEndpoint` for every push service that
 * there is (a test holds that), in a tenth of the bytes; the relay reads the endpoint for itself.
 */
const tokenId = (endpoint: string): string | undefined => endpoint.split('/').pop() || undefined

/** What stands for one registration: a subscription never changes, so its endpoint stands for its keys. */
export const identityOf = (objectId: string, live: PushSubscription): string => objectId + live.endpoint

/** Headers that prove to the relay who is asking. */
const proof = (registrationKey: string | undefined, ticket: string): Record<string, string> => ({
  ...(registrationKey && { 'X-Pushferry-Key': registrationKey }),
  ...(ticket && { Authorization: `Bearer ${ticket}` }),
})

export interface Delivery {
  readonly fetch: typeof globalThis.fetch
  /** For each request and its answer. */
  readonly timeoutMs: number
  /** Writes the row: before each request and after it. */
  save(): Promise<unknown>
  /** Puts a new ticket into the row before a registration is sent. */
  authorize?(row: Row): Promise<unknown>
}

/**
 * Puts off what comes next: as long as `Retry-After` says, else for a back-off of 1 to 3 s that grows by a random factor
 * of 1 to 3 with each failure. A day at most.
 */
const putOff = (row: Row, { retryAfterMs }: Answer & { is: 'later' }): void => {
  row.waitMs = retryAfterMs ? 0 : Math.min((row.waitMs || 1000) * (1 + 2 * Math.random()), dayMs - 1)
  row.retryAt = Math.max(row.retryAt, Date.now() + Math.min(retryAfterMs || row.waitMs, dayMs - 1))
}

/**
 * Delivers what is owed: withdrawals, and the live subscription unless the relay has settled just that for just this
 * objectId. Always as `chrome`: which push services that is true of is the relay's decision. Nothing owed means no
 * request. Runs inside the lock. The outcome is in the row.
 *
 * Withdrawals go first, because a token that waits in the relay under the old objectId would otherwise be uploaded after
 * the new one. A failure of one holds no other up.
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
  const send = async (path: string, request: RequestInit): Promise<Answer> => {
    await save()
    const answer = await askRelay(`${row.relay}subscriptions${path}`, request, fetch, timeoutMs)
    if (answer.is === 'later') putOff(row, answer)
    return answer
  }

  for (const [other, key] of Object.entries(row.withdraw)) {
    const answer = await send(`/${encodeURIComponent(other)}`, { method: 'DELETE', headers: proof(key, '') })
    if (answer.is !== 'later') delete row.withdraw[other]
    await save()
  }

  const { objectId } = row
  const identity = live && objectId ? identityOf(objectId, live) : ''
  if (live && identity && (identity !== row.settled || !row.at)) {
    await authorize?.(row)
    const answer = await send('', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...proof(row.keys[objectId], row.ticket) },
      body: JSON.stringify({
        type: 'token',
        tokenData: { id: tokenId(live.endpoint), type: 'chrome', keys: live.toJSON().keys },
        objectId,
        endpoint: live.endpoint,
        replaces: row.last === live.endpoint ? undefined : tokenId(row.last),
      }),
    })
    if (answer.is === 'later') {
      // A refresh that fails leaves a registration as settled as it was.
      if (row.settled !== identity) row.reason = answer.reason
    } else {
      row.settled = identity
      row.at = Date.now()
      row.reason = answer.is === 'never' ? answer.reason : ''
      if (answer.is === 'acknowledged') {
        row.last = live.endpoint
        row.keys[objectId] = answer.registrationKey
      }
    }
    await save()
  }
  if (!row.retryAt) row.waitMs = 0
}
