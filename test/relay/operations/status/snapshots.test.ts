import { describe, expect, it, onTestFinished } from 'vitest'
import { createSnapshots } from '../../../../src/relay/operations/status/snapshots.ts'
import { StoreError } from '../../../../src/relay/store/errors.ts'
import type { NewEntry, Store } from '../../../../src/relay/store/port.ts'
import type { UploadState } from '../../../../src/relay/uploader/uploads.ts'
import { createMemoryStore } from '../../../fakes/memory-store.ts'

const account = 'TEST-1'
const entry = (objectId: string, id = `token-of-${objectId}`, priority: NewEntry['priority'] = 'live'): NewEntry => ({
  account,
  objectId,
  token: { id, type: 'fcm' },
  priority,
  sender: 'trusted',
  replaceLive: true,
  warnings: [],
})

const start = (wrap: (store: Store) => Partial<Store> = () => ({})) => {
  const time = { now: Date.UTC(2026, 10, 23, 3, 4, 5) }
  const real = createMemoryStore({ now: () => time.now })
  onTestFinished(() => real.close())
  const store = { ...real, ...wrap(real) }
  const upload: UploadState = { upload: 'ok', reason: null, waitMs: 0, inFlight: 1, limit: 3 }
  const snapshots = createSnapshots({
    config: {
      maxQueued: 1_000_000,
      maxUnproved: 100_000,
      accounts: [{ id: account, uploadConcurrency: 3, keyIdleMs: 30 * 86_400_000 }],
      store: { kind: 'sqlite' },
    },
    store,
    uploads: { state: () => upload, holder: () => 'me' },
    version: '1.2.3',
    now: () => time.now,
  })
  const current = async () => {
    time.now += 1_000
    const snapshot = await snapshots.current()
    const [only] = snapshot.accounts
    if (!only) throw new Error('no account')
    return { ...snapshot, only }
  }
  /** Leases all that is due, and lets CleverTap answer. */
  const complete = async (reject: Record<string, number> = {}): Promise<void> => {
    await store.join('me', JSON.stringify({ [account]: { upload: 'ok', inFlight: 9 } }))
    const batch = await store.lease({ account, holder: 'me', max: 100, flushMs: 0 })
    if ('waitMs' in batch) return
    await store.complete(
      'me',
      batch.entries.map(({ objectId, generation }) => {
        const code = reject[objectId]
        return {
          account,
          objectId,
          generation,
          outcome:
            code === undefined
              ? { kind: 'accepted' as const }
              : { kind: 'rejected' as const, error: { code, message: 'the words of CleverTap' } },
        }
      }),
    )
  }
  return { time, store, snapshots, current, complete, upload }
}

describe('a snapshot', () => {
  it('of an empty relay says that nothing has come', async () => {
    const { current } = start()
    const { only, store, version } = await current()
    expect(version).toBe('1.2.3')
    expect(store).toEqual({ kind: 'sqlite', ok: true, reason: null })
    expect(only).toMatchObject({
      account,
      verdict: { level: 'empty' },
      latency: null,
      slots: { inFlight: 1, limit: 3, concurrency: 3 },
      rejected: { codes: [], latest: [] },
      others: [],
    })
    expect([
      only.series.live.accepted.length,
      only.series.hour.accepted.length,
      only.series.day.accepted.length,
    ]).toEqual([60, 60, 144])
  })

  it('counts what is queued, accepted and rejected, with reasons and without names', async () => {
    const { store, current, complete } = start()
    await store.put([entry('one'), entry('two'), entry('three')])
    expect((await current()).only).toMatchObject({
      queue: { live: 3, import: 0, uploading: 0 },
      last: { hour: { queued: 3 } },
    })
    await complete({ two: 535 })
    await store.put([entry('one', 'token-new'), entry('four', 'token-of-three')])
    const { only } = await current()
    expect(only.settled).toEqual({ accepted: 1, rejected: 1, withdrawn: 0 })
    expect(only.last).toMatchObject({ hour: { queued: 5, accepted: 2, rejected: 1 }, day: { accepted: 2 } })
    expect(only.events).toMatchObject({ replaced: 1 })
    expect(only.rejected.codes).toMatchObject([{ code: 535, records: 1, meaning: expect.stringContaining('invalid') }])
    expect(only.rejected.latest).toMatchObject([
      { code: 535, type: 'fcm', text: 'the words of CleverTap', profile: expect.stringMatching(/^[0-9a-f]{8}$/) },
    ])
    expect(only.verdict).toMatchObject({ level: 'warning', answer: 'Not all.' })
    const text = JSON.stringify(only)
    for (const secret of ['token-of', 'token-new', '"two"', '"one"']) expect(text).not.toContain(secret)
  })

  it('says that everything arrives once rejected records were accepted at a retry, but not if they were discarded', async () => {
    const { store, current, complete, time } = start()
    await store.put([entry('one'), entry('two')])
    await complete({ one: 535 })
    expect((await current()).only.verdict).toMatchObject({ answer: 'Not all.' })
    await store.retryRejected(account, {})
    await complete()
    expect((await current()).only.verdict).toMatchObject({ answer: 'Yes.' })
    await store.put([entry('three')])
    await complete({ three: 535 })
    await store.discardRejected(account, { before: time.now + 1, most: 0 })
    expect((await current()).only.verdict).toMatchObject({
      answer: 'Not all.',
      remedy: expect.stringContaining('discarded'),
    })
  })

  it('shows who fills the queue, and browsers by their last confirmation', async () => {
    const { store, current } = start()
    const from = (objectId: string, sender: NewEntry['sender'], id?: string) => ({ ...entry(objectId, id), sender })
    await store.put([entry('backend'), from('ticket', 'ticket'), from('a', 'unproved'), from('b', 'unproved')])
    await store.put([from('a', 'unproved', 'of a thief')])
    await store.put([{ ...from('b', 'unproved', 'of another'), claim: { idleDays: 30, always: true } }])
    const { only } = await current()
    expect(only.queue).toMatchObject({ live: 2, unproved: 2, import: 0 })
    expect(only.capacity).toEqual({
      live: { waiting: 2, limit: 1_000_000 },
      unproved: { waiting: 2, limit: 100_000, evicted: 0 },
    })
    expect(only.browsers).toEqual({ heard: 3, idle: 0, refused: 1, takeovers: 1 })
  })

  it('shows at most twenty rejections, the latest first', async () => {
    const { store, current, complete } = start()
    const ids = Array.from({ length: 25 }, (_, index) => `user-${index}`)
    await store.put(ids.map((id) => entry(id)))
    await complete(Object.fromEntries(ids.map((id) => [id, 530])))
    const { only } = await current()
    expect(only.rejected.latest).toHaveLength(20)
    expect(only.settled.rejected).toBe(25)
  })

  it('sums the requests in flight of all processes, its own as they are now', async () => {
    const { store, current, complete } = start()
    await complete()
    await store.join('you', JSON.stringify({ [account]: { upload: 'suspended', inFlight: 2 } }))
    const { only } = await current()
    expect(only.slots.inFlight).toBe(3)
    expect(only.others).toMatchObject([{ state: 'suspended', inFlight: 2 }])
  })

  it('knows how long uploads take from those that were judged', async () => {
    const { snapshots, current } = start()
    const outcomes = { accepted: 1, rejected: 0, deferred: 0, failed: 0, returned: 0 }
    const report = { account, records: 1, outcomes, refusals: [], traceId: '0' }
    snapshots.onRequest({ ...report, verdict: 'judged', tookMs: 100 })
    snapshots.onRequest({ ...report, verdict: 'failed', tookMs: 30_000 })
    expect((await current()).only.latency).toMatchObject({ requests: 1, p99Ms: expect.closeTo(100, -1.5) })
  })

  it('is shared by all who ask within a second', async () => {
    const { snapshots, time } = start()
    const first = snapshots.current()
    expect(snapshots.current()).toBe(first)
    time.now += 1_000
    expect(snapshots.current()).not.toBe(first)
    await first
  })
})

describe('while the store is out of order', () => {
  it('a snapshot says so and why, and keeps the last numbers', async () => {
    let broken = false
    const { store, current, time } = start((real) => ({
      probe: async () => {
        if (broken) throw new StoreError('unavailable', 'the disk is full')
      },
      counts: (name) => (broken ? Promise.reject(new StoreError('unavailable', 'gone')) : real.counts(name)),
    }))
    await store.put([entry('one')])
    await current()
    broken = true
    time.now += 5_000
    const { only, store: said } = await current()
    expect(said).toEqual({ kind: 'sqlite', ok: false, reason: 'the disk is full' })
    expect(only.verdict).toMatchObject({ level: 'bad', headline: expect.stringContaining('the disk is full') })
    expect(only.queue.live).toBe(1)
    broken = false
    time.now += 5_000
    expect((await current()).store.ok).toBe(true)
  })

  it('asks it for a proof no more than every five seconds', async () => {
    let probes = 0
    const { current } = start(() => ({
      probe: async () => {
        probes++
      },
    }))
    for (let second = 0; second < 10; second++) await current()
    expect(probes).toBe(2)
  })

  it('a store that never answers does not hold a snapshot up for ever', async () => {
    const { current } = start(() => ({ holders: () => new Promise(() => {}) }))
    const { store } = await current()
    expect(store).toEqual({ kind: 'sqlite', ok: false, reason: 'the store does not answer' })
  })
})
