import { describe, expect, it } from 'vitest'
import { isSettled, type SettleParts, untilSettled } from '../../src/import/settle.ts'
import type { Counts, Holder } from '../../src/relay/store/port.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'

const base = await createMemoryStore().counts('A')
const counts = (imported: number, uploading: number, oldestReceivedAt: number | null): Counts => ({
  ...base,
  queued: { live: 0, unproved: 0, import: imported },
  uploading,
  oldestReceivedAt,
})

describe('whether an import is settled', () => {
  const times = { queuedUntil: 1000, longestUploadMs: 30_000, calmMs: 0 }

  it.each([
    ['nothing is there', counts(0, 0, null), 0, true],
    ['an imported record waits', counts(1, 0, 5), 99_999, false],
    ['only live records wait', counts(0, 0, 5), 0, true],
    ['something is on its way', counts(0, 1, 5), 0, false],
    ['what is on its way came later', counts(0, 1, 1001), 0, true],
    ['what is on its way has been for longer than an upload takes', counts(0, 1, 5), 30_001, true],
  ])('decides whether an import has ended: %s', (_, now, calmMs, settled) => {
    expect(isSettled(now, { ...times, calmMs })).toBe(settled)
  })
})

describe('waiting for an import', () => {
  const partsFor = (states: readonly Counts[], more: Partial<SettleParts> = {}): SettleParts & { looks: Counts[] } => {
    const looks: Counts[] = []
    let asked = 0
    let clock = 0
    return {
      store: {
        counts: async () => states[Math.min(asked++, states.length - 1)] ?? base,
        holders: async () => [],
      },
      account: 'A',
      uploads: { state: () => ({ upload: 'ok', reason: null, waitMs: 0, inFlight: 0, limit: 3 }), holder: () => 'me' },
      queuedUntil: 1000,
      longestUploadMs: 30_000,
      waitMs: undefined,
      signal: new AbortController().signal,
      onLook: (one) => looks.push(one),
      elapsed: () => clock,
      wait: async (ms) => {
        clock += ms
      },
      looks,
      ...more,
    }
  }
  const suspended = {
    state: () => ({ upload: 'suspended', reason: 'HTTP 401', waitMs: 0, inFlight: 0, limit: 0 }) as const,
    holder: () => 'me',
  }
  const holder = (id: string, upload: string): Holder => ({
    id,
    heartbeat: 1,
    report: JSON.stringify({ A: { upload } }),
  })

  it('ends when all is settled', async () => {
    const parts = partsFor([counts(2, 1, 5), counts(0, 1, 5), counts(0, 0, null)])
    expect(await untilSettled(parts)).toBe('settled')
    expect(parts.looks).toHaveLength(3)
  })

  it('begins to count again when a record comes back', async () => {
    const parts = partsFor([...Array(59).fill(counts(0, 1, 5)), counts(1, 0, 5), counts(0, 1, 5)])
    await untilSettled(parts)
    expect(parts.looks).toHaveLength(60 + 62)
  })

  it('outlives a store that cannot be read for a while', async () => {
    let asked = 0
    const store = {
      counts: async () => {
        if (asked++ < 3) throw new Error('locked')
        return base
      },
      holders: async () => [],
    }
    expect(await untilSettled(partsFor([], { store }))).toBe('settled')
  })

  it('ends when it is interrupted, and when it has been long enough', async () => {
    const never = [counts(1, 0, 5)]
    expect(await untilSettled(partsFor(never, { signal: AbortSignal.abort() }))).toBe('interrupted')
    expect(await untilSettled(partsFor(never, { waitMs: 10_000 }))).toBe('late')
  })

  it('ends when the credentials are refused, unless another process has good ones', async () => {
    const states = [counts(1, 0, 5), counts(0, 0, null)]
    const holders = async () => [holder('me', 'suspended'), holder('other', 'ok')]
    const alone = partsFor(states, { uploads: suspended })
    expect(await untilSettled(alone)).toBe('refused')
    const helped = partsFor(states, { uploads: suspended })
    expect(await untilSettled({ ...helped, store: { ...helped.store, holders } })).toBe('settled')
  })
})
