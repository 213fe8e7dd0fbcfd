import { describe, expect, it, vi } from 'vitest'
import { createReadiness } from '../../../src/relay/http/readiness.ts'

describe('readiness', () => {
  it('asks the store once for all who ask at a time', async () => {
    const probe = vi.fn(async () => {})
    const ready = createReadiness({ store: { probe }, now: () => 0, maxAgeMs: 1000, timeoutMs: 1000 })
    expect(await Promise.all([ready(), ready(), ready()])).toEqual([true, true, true])
    expect(probe).toHaveBeenCalledTimes(1)
  })

  it('counts a store that says nothing as one that takes nothing', async () => {
    vi.useFakeTimers()
    try {
      const probe = () => new Promise<void>(() => {})
      const ready = createReadiness({ store: { probe }, now: () => 0, maxAgeMs: 1000, timeoutMs: 2000 })()
      await vi.advanceTimersByTimeAsync(2000)
      expect(await ready).toBe(false)
    } finally {
      vi.useRealTimers()
    }
  })

  it('leaves no timer behind', async () => {
    vi.useFakeTimers()
    try {
      const ready = createReadiness({ store: { probe: async () => {} }, now: () => 0, maxAgeMs: 1, timeoutMs: 2000 })
      expect(await ready()).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})
