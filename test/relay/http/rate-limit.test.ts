import { describe, expect, it } from 'vitest'
import { createRateLimit } from '../../../src/relay/http/rate-limit.ts'

describe('a rate limit', () => {
  const start = (maxKeys = 100) => {
    const clock = { now: 0 }
    const { wait, count } = createRateLimit({ windowMs: 1000, maxKeys, now: () => clock.now })
    /** A request of this key: how long it must wait; counted when it need not. */
    const request = (key: string, limit = 1): number => {
      const ms = wait(key, limit)
      if (ms === 0) count(key)
      return ms
    }
    return { clock, request, count }
  }

  it('lets the limit through in a window, and tells how long the rest must wait', () => {
    const { clock, request } = start()
    expect([request('a', 2), request('a', 2), request('a', 2)]).toEqual([0, 0, 1000])
    clock.now = 999
    expect(request('a', 2)).toBe(1)
    clock.now = 1000
    expect([request('a', 2), request('a', 2), request('a', 2)]).toEqual([0, 0, 1000])
  })

  it('counts each key for itself', () => {
    const { request } = start()
    expect(['a', 'b', 'a', '__proto__', '__proto__'].map((key) => request(key))).toEqual([0, 0, 1000, 0, 1000])
  })

  it('holds a window to its end, whatever other keys come and whenever', () => {
    const { clock, request } = start()
    clock.now = 900
    expect(request('a')).toBe(0)
    for (clock.now = 901; clock.now < 1900; clock.now += 50) {
      expect(request(`other-${clock.now}`)).toBe(0)
      expect(request('a')).toBe(1900 - clock.now)
    }
    clock.now = 1900
    expect(request('a')).toBe(0)
  })

  it('drops the oldest windows, and no younger ones, when there are too many keys', () => {
    const { request } = start(4)
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect(request(key)).toBe(0)
    expect(['e', 'd', 'c'].map((key) => request(key))).toEqual([1000, 1000, 1000])
    expect(request('a')).toBe(0)
  })
})
