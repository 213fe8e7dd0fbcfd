import { describe, expect, it } from 'vitest'
import { isUploaded, untilUploaded, type WaitParts } from '../../src/import/until-uploaded.ts'
import type { Counts, Holder } from '../../src/relay/store/port.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'

const base = await createMemoryStore().counts('A')
const counts = (imported: number, uploading: number, oldestReceivedAt: number | null): Counts => ({
  ...base,
  queued: { live: 0, unproved: 0, import: imported },
  uploading,
  oldestReceivedAt,
})

describe('whether all imported records are uploaded', () => {
  const times = { queuedUntil: 1000, longestUploadMs: 30_000, calmMs: 0 }

  it.each([
    ['the store is empty', counts(0, 0, null), 0, true],
    ['an imported record waits', counts(1, 0, 5), 99_999, false],
    ['only live records wait', counts(0, 0, 5), 0, true],
    ['a record is uploading', counts(0, 1, 5), 0, false],
    ['the uploading record arrived after the import', counts(0, 1, 1001), 0, true],
    ['no imported record has waited for longer than an upload takes', counts(0, 1, 5), 30_001, true],
  ])('decides whether an import has ended: %s', (_, now, calmMs, uploaded) => {
    expect(isUploaded(now, { ...times, calmMs })).toBe(uploaded)
  })
})

describe('waiting for an import', () => {
  const partsFor = (states: readonly Counts[], more: Partial<WaitParts> = {}): WaitParts & { looks: Counts[] } => {
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

  it('ends when the last imported record is uploaded', async () => {
    const parts = partsFor([counts(2, 1, 5), counts(0, 1, 5), counts(0, 0, null)])
    expect(await untilUploaded(parts)).toBe('uploaded')
    expect(parts.looks).toHaveLength(3)
  })

  it('looks again soon at first, and every half second later', async () => {
    const waits: number[] = []
    const wait = async (ms: number) => waits.push(ms)
    await untilUploaded(partsFor([...Array(8).fill(counts(1, 0, 5)), counts(0, 0, null)], { wait }))
    expect(waits).toEqual([20, 40, 80, 160, 320, 500, 500, 500])
  })

  it('starts its wait again when a record returns to the queue', async () => {
    const parts = partsFor([...Array(59).fill(counts(0, 1, 5)), counts(1, 0, 5), counts(0, 1, 5)])
    await untilUploaded(parts)
    expect(parts.looks).toHaveLength(60 + 62)
  })

  it('continues when the store cannot be read for a while', async () => {
    let asked = 0
    const store = {
      counts: async () => {
        if (asked++ < 3) throw new Error('locked')
        return base
      },
      holders: async () => [],
    }
    expect(await untilUploaded(partsFor([], { store }))).toBe('uploaded')
  })

  it('ends when it is interrupted, and after its longest wait', async () => {
    const never = [counts(1, 0, 5)]
    expect(await untilUploaded(partsFor(never, { signal: AbortSignal.abort() }))).toBe('interrupted')
    expect(await untilUploaded(partsFor(never, { waitMs: 10_000 }))).toBe('late')
  })

  it('ends when the credentials are refused, unless another process has good ones', async () => {
    const states = [counts(1, 0, 5), counts(0, 0, null)]
    const holders = async () => [holder('me', 'suspended'), holder('other', 'ok')]
    const alone = partsFor(states, { uploads: suspended })
    expect(await untilUploaded(alone)).toBe('refused')
    const helped = partsFor(states, { uploads: suspended })
    expect(await untilUploaded({ ...helped, store: { ...helped.store, holders } })).toBe('uploaded')
  })
})
