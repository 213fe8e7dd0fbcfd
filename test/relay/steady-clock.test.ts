import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { steadyNow } from '../../src/relay/steady-clock.ts'
import { systemClock } from '../../src/relay/uploader/clock.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'
import { account, newEntry } from '../support/new-entry.ts'

const hourMs = 3_600_000

describe('the steady clock', () => {
  it('begins with the time of the wall clock', () => {
    expect(Math.abs(steadyNow() - Date.now())).toBeLessThan(60_000)
  })

  it.each([-hourMs, hourMs])(
    'a record that is put off for ten minutes waits ten minutes when the clock is set by %d ms',
    async (byMs) => {
      const store = createMemoryStore()
      await store.join('me', '{}')
      await store.put([newEntry('__a')])
      const batch = await store.lease({ account, holder: 'me', max: 1, flushMs: 0 })
      if ('waitMs' in batch) throw new Error('nothing was due')
      const [entry] = batch.entries
      if (!entry) throw new Error('nothing was leased')
      const outcome = { kind: 'failed', dueAt: systemClock.now() + 600_000, blamed: false } as const
      await store.complete('me', [{ account, objectId: '__a', generation: entry.generation, outcome }])

      const wall = Date.now()
      onTestFinished(() => void vi.restoreAllMocks())
      vi.spyOn(Date, 'now').mockReturnValue(wall + byMs)
      const wait = await store.lease({ account, holder: 'me', max: 1, flushMs: 0 })

      const waitMs = 'waitMs' in wait ? wait.waitMs : 0
      expect(waitMs).toBeGreaterThan(590_000)
      expect(waitMs).toBeLessThanOrEqual(600_000)
    },
  )
})
