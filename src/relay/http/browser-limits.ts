import type { FastifyRequest } from 'fastify'
import { maxObjectIdLength } from '../../wire/limits.ts'
import { clientAddress, networksOf } from './client-address.ts'
import { maxRateKeys, rateWindowMs } from './limits.ts'
import { createRateLimit } from './rate-limit.ts'
import type { Refusal } from './refusal.ts'

/** `PUSHFERRY_RATE_LIMIT` for requests of browsers. Each function counts a request, or answers why it is too many. */
export interface BrowserLimits {
  /** For its networks, and with all others that prove nothing. */
  unproved(request: FastifyRequest): Refusal | undefined
  /**
   * For the objectId that it speaks for. Requests that show a key or a ticket for it are counted apart from those that do
   * not, so that a stranger cannot use up what the owner has.
   */
  objectId(account: string, objectId: string, showsProof: boolean): Refusal | undefined
}

/** Allowance of all requests without a proof together, as a multiple of one address's. */
const everybody = { key: 'everybody', times: 100 }

/** As long as an objectId can be. A withdrawal is counted before it is known to name one, and a path can be far longer. */
const maxCountedLength = 2 * maxObjectIdLength

const tooMany = (waitMs: number, whose: string): Refusal => ({
  code: 'too_many_requests',
  detail: `too many requests ${whose}; try again later`,
  headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
})

/**
 * Makes the limits. A refused request is not counted anywhere, so an address above its own limit does not use up its network's,
 * and a network of many addresses makes no more keys than it has requests.
 *
 * @param limit requests a minute; 0 is no limit.
 */
export const createBrowserLimits = (limit: number, now: () => number): BrowserLimits => {
  if (limit === 0) return { unproved: () => undefined, objectId: () => undefined }
  const options = { windowMs: rateWindowMs, maxKeys: maxRateKeys, now }
  const networks = createRateLimit(options)
  const objectIds = createRateLimit(options)
  return {
    unproved: (request) => {
      const all = [...networksOf(clientAddress(request)), everybody]
      for (const { key, times } of all) {
        const waitMs = networks.wait(key, limit * times)
        if (waitMs > 0)
          return tooMany(waitMs, key === everybody.key ? 'that prove nothing' : 'from this address or its network')
      }
      for (const { key } of all) networks.count(key)
      return undefined
    },
    objectId: (account, objectId, showsProof) => {
      const key = `${showsProof ? 'proof' : 'none'} ${account} ${objectId.slice(0, maxCountedLength)}`
      const waitMs = objectIds.wait(key, limit)
      if (waitMs > 0) return tooMany(waitMs, 'for this objectId')
      objectIds.count(key)
      return undefined
    },
  }
}
