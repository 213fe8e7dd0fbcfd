import type { FastifyRequest } from 'fastify'
import { maxObjectIdLength } from '../../wire/limits.ts'
import { clientAddress, networksOf } from './client-address.ts'
import { maxRateKeys, rateWindowMs } from './limits.ts'
import { createRateLimit } from './rate-limit.ts'
import type { Refusal } from './refusal.ts'

/** `PUSHFERRY_RATE_LIMIT` for requests of browsers. Each function counts a request, or returns the refusal. */
export interface BrowserLimits {
  /** Counts a request for its networks, and for all requests without proof together. */
  unproved(request: FastifyRequest): Refusal | undefined
  /**
   * Counts a request for its objectId. Requests with a key or a ticket have a separate count, so that a stranger cannot use up the
   * owner's limit.
   */
  objectId(account: string, objectId: string, showsProof: boolean): Refusal | undefined
}

/** Limit of all requests without proof together, as a multiple of one address's limit. */
const everybody = { key: 'everybody', times: 100 }

/** An objectId is cut to this length. A withdrawal is counted before its objectId is checked, and a path can be much longer. */
const maxCountedLength = 2 * maxObjectIdLength

const tooMany = (waitMs: number, whose: string): Refusal => ({
  code: 'too_many_requests',
  detail: `too many requests ${whose}; try again later`,
  headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
})

/**
 * Makes the limits. A refused request is not counted anywhere, so an address above its own limit does not use up its network's
 * limit, and the number of counters never exceeds the number of allowed requests.
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
          return tooMany(
            waitMs,
            key === everybody.key ? 'without a valid key or ticket' : 'from this address or its network',
          )
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
