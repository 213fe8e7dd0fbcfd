import { limit } from './limit.ts'
import type { Proof, Row } from './row.ts'

/**
 * The token id in an endpoint: what follows its last slash. The same as wire's `readEndpoint` for every push service that
 * there is (a test holds that), in a tenth of the bytes; the relay reads the endpoint for itself.
 */
const tokenId = (endpoint: string | undefined) => endpoint?.split('/').pop()

/**
 * Delivers what is owed: withdrawals, and the live subscription unless the relay has settled just that for just this
 * objectId. Always as `chrome`: which push services that is true of is the relay's decision. Nothing owed means no
 * request. Runs inside the lock.
 *
 * Each delivery is acknowledged, later, or never:
 *
 * - acknowledged is what the relay's own answer acknowledges: 204 to a withdrawal, a registration key to a registration;
 * - never are the 4xx that would be the same next time: all but 401, because the page can make a new ticket, and 408, 425
 *   and 429. The reason stays in the row;
 * - later is all else, garbage with status 200 (captive portals) among it: when `Retry-After` says (RFC 9110 §10.2.3,
 *   seconds or a date), else after a back-off of 1 to 3 s that grows by a random factor of 1 to 3 with each failure. A day
 *   at most.
 *
 * Withdrawals go first, because a token that waits in the relay under the old objectId would otherwise be uploaded after
 * the new one. A failure of one holds no other up.
 *
 * @param live the subscription to register; `undefined` when there is to be none
 * @param timeoutMs for each request and its answer
 * @param save writes the row: before each request, with whom it withdraws or an empty text, and after it, with nothing
 * @throws what `save` throws
 */
export const settle = async (
  row: Row,
  live: PushSubscription | undefined,
  fetch: typeof globalThis.fetch,
  timeoutMs: number,
  save: (path?: string) => Promise<unknown>,
): Promise<void> => {
  const { objectId } = row
  const now = Date.now()
  const endpoint = live?.endpoint
  const identity = objectId + endpoint
  const owed = { ...row.withdraw }
  if (live && (identity !== row.settled || !row.at)) owed[''] = {}
  if (row.retryAt > now) return
  row.retryAt = 0
  for (const path in owed) {
    let status = 'unreachable'
    let wait = 0
    let registrationKey: string | undefined
    let code: string | undefined
    await save(path)
    await limit(async () => {
      const response = await fetch(
        row.relay + 'subscriptions' + (path && `/${encodeURIComponent(path)}`),
        path
          ? { method: 'DELETE', headers: owed[path] as Proof }
          : {
              method: 'POST',
              headers: { 'Content-Type': 'application/json', ...row.keys[objectId] },
              body: JSON.stringify({
                type: 'token',
                tokenData: { id: tokenId(endpoint), type: 'chrome', keys: (live as PushSubscription).toJSON().keys },
                objectId,
                endpoint,
                replaces: row.last === endpoint ? undefined : tokenId(row.last),
              }),
            },
      )
      status = `${response.status}`
      const after = response.headers.get('Retry-After') as string
      wait = +after * 1000 || Date.parse(after) - now
      ;({ registrationKey, code } = await response.json())
    }, timeoutMs).catch(() => {})
    code ??= status
    const done = path ? status === '204' : registrationKey
    if (!done && !/^4(?!01|08|25|29)/.test(status)) {
      row.waitMs = wait > 0 ? 0 : (row.waitMs || 1000) * (1 + 2 * Math.random())
      row.retryAt = now + Math.min(row.waitMs || wait, 864e5)
      // A refresh that fails leaves a registration as settled as it was.
      if (!path && row.settled !== identity) row.reason = code
    } else {
      row.waitMs = 0
      if (path) delete row.withdraw[path]
      else {
        row.settled = identity
        row.at = now
        row.reason = done ? '' : code
        if (registrationKey) {
          row.last = endpoint as string
          row.keys[objectId] = { 'X-Pushferry-Key': registrationKey }
        }
      }
    }
    await save()
  }
}
