import { expect, test } from 'vitest'
import { createFittingPut, type FittingPutParts } from '../../src/import/capacity.ts'
import { StoreError } from '../../src/relay/store/errors.ts'
import type { NewEntry, PutResult } from '../../src/relay/store/port.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'

const entries = Array.from({ length: 10 }, (_, at): NewEntry => {
  const token = { type: 'fcm', id: `t${at}` } as const
  return {
    account: 'A',
    objectId: `o${at}`,
    token,
    priority: 'import',
    sender: 'trusted',
    replaceLive: false,
    warnings: [],
  }
})

/** A put into a queue with this much capacity, of which each wait frees some. */
const putInto = (capacity: number, freed: number, more: Partial<FittingPutParts> = {}) => {
  const stored: string[] = []
  const told: boolean[] = []
  let now = 0
  const put = createFittingPut({
    put: async (some: readonly NewEntry[]): Promise<readonly PutResult[]> => {
      if (some.length > capacity) throw new StoreError('full', 'full')
      capacity -= some.length
      stored.push(...some.map(({ objectId }) => objectId))
      return some.map(() => ({ result: 'queued' }))
    },
    store: createMemoryStore(),
    account: 'A',
    uploads: undefined,
    waitMs: undefined,
    signal: new AbortController().signal,
    onFull: (isFull) => told.push(isFull),
    elapsed: () => now,
    wait: async (ms) => {
      now += ms
      capacity += freed
    },
    ...more,
  })
  const putAll = async (): Promise<void> => {
    for (let at = 0; at < entries.length; ) at += (await put(entries.slice(at))).length
  }
  return { stored, told, putAll }
}

test.each([1, 3, 9])(
  'a queue with capacity for %i takes ten entries in several puts, in their order',
  async (capacity) => {
    const { stored, told, putAll } = putInto(capacity, 1)
    await putAll()
    expect(stored).toEqual(entries.map(({ objectId }) => objectId))
    expect(told).toContain(true)
    expect(told.at(-1)).toBe(false)
  },
)

test('an import does not wait while the queue has capacity', async () => {
  const { told, putAll } = putInto(10, 0)
  await putAll()
  expect(told).toEqual([false])
})

test('an import fails after its longest wait, and keeps the rows that were stored', async () => {
  const { stored, putAll } = putInto(7, 0, { waitMs: 60_000 })
  await expect(putAll()).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('PUSHFERRY_MAX_QUEUED'),
  })
  expect(stored).toHaveLength(7)
})

test('a wait for uploads that CleverTap refuses fails at once', async () => {
  const state = () => ({ upload: 'suspended', reason: null, waitMs: 0, inFlight: 0, limit: 3 }) as const
  const { putAll } = putInto(7, 1, { uploads: { state, holder: () => 'me' } })
  await expect(putAll()).rejects.toThrow('CleverTap refuses the credentials: run pushferry check')
})

test('any other failure of the store is not waited for', async () => {
  const { putAll } = putInto(0, 1, {
    put: async () => {
      throw new StoreError('closed', 'the store is closed')
    },
  })
  await expect(putAll()).rejects.toThrow('the store is closed')
})
