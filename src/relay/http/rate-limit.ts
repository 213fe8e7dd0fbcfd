/** Counts requests by key. */
export interface RateLimit {
  /** Milliseconds until the key may have another request; 0: now. Counts nothing. */
  wait(key: string, limit: number): number
  /** Counts one request. */
  count(key: string): void
}

/** Parts of a rate limit. */
export interface RateLimitOptions {
  windowMs: number
  /** Approximate limit of keys. Above it the oldest are dropped. */
  maxKeys: number
  /** Monotonic clock, in ms. */
  now: () => number
}

type Windows = Map<string, { count: number; endsAt: number }>

/**
 * Makes a counter of requests per key and window. A key's window begins with its first request.
 *
 * Windows are kept in two generations. New windows go into the young one. Once it is full or as old as a window, it replaces the
 * old one, whose windows are dropped together. So a request costs the same for any number of keys; deleting the oldest keys of
 * one Map took 92 µs a request above 100,000 keys.
 *
 * Not `@fastify/rate-limit`: each browser request has several limits with different keys. The plugin makes three promises for each of
 * them; here each costs one look-up in a Map.
 */
export const createRateLimit = ({ windowMs, maxKeys, now }: RateLimitOptions): RateLimit => {
  let young: Windows = new Map()
  let old: Windows = new Map()
  let bornAt = now()
  const find = (key: string, at: number) => {
    const window = young.get(key) ?? old.get(key)
    return window && window.endsAt > at ? window : undefined
  }
  return {
    wait: (key, limit) => {
      const at = now()
      const window = find(key, at)
      return window && window.count >= limit ? window.endsAt - at : 0
    },
    count: (key) => {
      const at = now()
      const window = find(key, at)
      if (window) {
        window.count++
        return
      }
      if (at - bornAt >= windowMs || young.size * 2 >= maxKeys) {
        old = young
        young = new Map()
        bornAt = at
      }
      young.set(key, { count: 1, endsAt: at + windowMs })
    },
  }
}
