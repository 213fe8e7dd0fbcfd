import { describe, expect, it } from 'vitest'
import { createRateLimit } from '../../../src/relay/http/rate-limit.ts'

describe('a rate limit', () => {
  it('lets the limit through in a window, and tells how long the rest must wait', () => {
    let now = 0
    const limit = createRateLimit({ limit: 2, windowMs: 1000, maxKeys: 10, now: () => now })
    expect([limit('a'), limit('a'), limit('a')]).toEqual([0, 0, 1000])
    now = 999
    expect(limit('a')).toBe(1)
    now = 1000
    expect([limit('a'), limit('a'), limit('a')]).toEqual([0, 0, 1000])
  })

  it('counts each key for itself', () => {
    const limit = createRateLimit({ limit: 1, windowMs: 1000, maxKeys: 10, now: () => 0 })
    expect([limit('a'), limit('b'), limit('a'), limit('__proto__'), limit('__proto__')]).toEqual([0, 0, 1000, 0, 1000])
  })

  it('is none when it is 0', () => {
    const limit = createRateLimit({ limit: 0, windowMs: 1000, maxKeys: 10, now: () => 0 })
    expect(Array.from({ length: 100 }, () => limit('a'))).toEqual(Array(100).fill(0))
  })

  it('forgets the oldest window when there are too many keys, and no younger one', () => {
    const limit = createRateLimit({ limit: 1, windowMs: 1000, maxKeys: 2, now: () => 0 })
    for (const key of ['a', 'b', 'c']) expect(limit(key)).toBe(0)
    expect(limit('c')).toBe(1000)
    expect(limit('b')).toBe(1000)
    expect(limit('a')).toBe(0)
  })
})
