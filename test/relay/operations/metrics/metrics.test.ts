import { describe, expect, it, onTestFinished } from 'vitest'
import { createMetrics, type MetricsParts } from '../../../../src/relay/operations/metrics/metrics.ts'
import { StoreError } from '../../../../src/relay/store/errors.ts'
import type { NewEntry, Store } from '../../../../src/relay/store/port.ts'
import type { UploadState } from '../../../../src/relay/uploader/uploads.ts'
import { createMemoryStore } from '../../../fakes/memory-store.ts'
import { readExposition } from './exposition.ts'

const account = 'TEST-ACC-1'
const entry = (objectId: string, priority: NewEntry['priority'] = 'live'): NewEntry => ({
  account,
  objectId,
  token: { id: `secret-token-of-${objectId}`, type: 'fcm' },
  priority,
  sender: 'trusted',
  replaceLive: true,
  warnings: [],
})

const start = (more: Partial<MetricsParts> = {}, wrap: (store: Store) => Partial<Store> = () => ({})) => {
  const real = createMemoryStore()
  onTestFinished(() => real.close())
  const store = { ...real, ...wrap(real) }
  const state: UploadState = { upload: 'ok', reason: null, waitMs: 0, inFlight: 2, limit: 3 }
  const metrics = createMetrics({
    maxQueued: 1_000,
    maxUnproved: 500,
    accounts: [{ id: account, uploadConcurrency: 15, keyIdleMs: 30 * 86_400_000 }],
    store,
    uploads: { state: () => state },
    version: '1.2.3',
    ...more,
  })
  /** The value of one series, found by its name and by labels in the order in which they stand. */
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> => {
    const samples = readExposition(await metrics.text()).flatMap((family) => family.samples)
    return samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value
  }
  return { metrics, store, state, value }
}

describe('the metrics', () => {
  it('are what Prometheus reads, from the first scrape on', async () => {
    const { metrics } = start()
    const families = readExposition(await metrics.text())
    expect(families.every(({ name }) => name.startsWith('pushferry_'))).toBe(true)
    expect(families.every(({ name, type }) => (type === 'counter') === name.endsWith('_total'))).toBe(true)
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  it('tell the queue by priority, its age, and what is settled', async () => {
    let now = Date.now()
    const { store, value } = start({ now: () => now })
    await store.put([entry('a'), entry('b'), entry('c', 'import')])
    now = Date.now() + 60_000
    expect(await value('pushferry_queue_records', { account, pool: 'live' })).toBe(2)
    expect(await value('pushferry_queue_records', { account, pool: 'import' })).toBe(1)
    expect(await value('pushferry_queue_limit_records', { pool: 'live' })).toBe(1_000)
    expect(await value('pushferry_oldest_record_age_seconds')).toBeCloseTo(60, 0)
    expect(await value('pushferry_store_events_total', { event: 'queued' })).toBe(3)
    expect(await value('pushferry_stored_records', { state: 'accepted' })).toBe(0)
  })

  it('show how full each capacity is, evicted records, and browsers by their last confirmation', async () => {
    const day = 86_400_000
    let now = 1_800_000_000_000
    const store = createMemoryStore({ maxUnproved: 1, now: () => now })
    const { metrics, value } = start({ store, now: () => now })
    const observed = metrics.observe(store)
    const unproved = (objectId: string) => ({ ...entry(objectId), sender: 'unproved' as const })
    await observed.put([unproved('a')])
    await observed.put([unproved('b')])
    expect(await value('pushferry_queue_records', { account, pool: 'unproved' })).toBe(1)
    expect(await value('pushferry_queue_limit_records', { pool: 'unproved' })).toBe(500)
    expect(await value('pushferry_store_failures_total', { operation: 'put', reason: 'full_unproved' })).toBe(1)
    expect(await value('pushferry_store_events_total', { event: 'evicted' })).toBe(0)
    expect(await value('pushferry_browsers', { account, state: 'heard' })).toBe(1)
    now += 31 * day
    expect(await value('pushferry_browsers', { account, state: 'heard' })).toBe(0)
    expect(await value('pushferry_browsers', { account, state: 'idle' })).toBe(1)
  })

  it('leave out what the store does not say, and say so', async () => {
    let broken = true
    const { metrics, value, store } = start({}, (real) => ({
      counts: (name) => (broken ? Promise.reject(new StoreError('unavailable', 'gone')) : real.counts(name)),
    }))
    await store.join('me', '{}')
    expect(await value('pushferry_store_up')).toBe(0)
    expect(await metrics.text()).not.toMatch(/^pushferry_(queue_records|oldest|stored|store_events|holders)/m)
    broken = false
    expect(await value('pushferry_store_up')).toBe(1)
    expect(await value('pushferry_holders')).toBe(1)
  })

  it('do not wait for a store that never answers', async () => {
    const { value } = start({}, () => ({ holders: () => new Promise(() => {}) }))
    expect(await value('pushferry_store_up')).toBe(0)
  })

  it('tell how uploads go', async () => {
    const { metrics, value, state } = start()
    const outcomes = { accepted: 90, rejected: 8, deferred: 2, failed: 0, returned: 0 }
    const refusals = [
      { outcome: 'rejected', code: 535, records: 7 },
      { outcome: 'rejected', code: 987_654, records: 1 },
      { outcome: 'deferred', code: 530, records: 2 },
    ] as const
    metrics.onRequest({ account, records: 100, verdict: 'judged', outcomes, refusals, traceId: '0', tookMs: 150 })
    Object.assign(state, { upload: 'failing', waitMs: 0, inFlight: 1, limit: 1 })
    expect(await value('pushferry_upload_requests_total', { verdict: 'judged' })).toBe(1)
    expect(await value('pushferry_upload_requests_total', { verdict: 'throttled' })).toBe(0)
    expect(await value('pushferry_upload_records_total', { outcome: 'accepted' })).toBe(90)
    expect(await value('pushferry_upload_records_total', { outcome: 'rejected', code: '535' })).toBe(7)
    expect(await value('pushferry_upload_records_total', { outcome: 'rejected', code: 'other' })).toBe(1)
    expect(await value('pushferry_upload_records_total', { outcome: 'deferred', code: '530' })).toBe(2)
    expect(await value('pushferry_upload_duration_seconds_bucket', { le: '0.1' })).toBe(0)
    expect(await value('pushferry_upload_duration_seconds_bucket', { le: '0.2' })).toBe(1)
    expect(await value('pushferry_account_health', { state: 'failing' })).toBe(1)
    expect(await value('pushferry_account_health', { state: 'ok' })).toBe(0)
    expect(await value('pushferry_upload_requests_in_flight')).toBe(1)
    expect(await value('pushferry_upload_requests_limit')).toBe(1)
    expect(await value('pushferry_upload_concurrency')).toBe(15)
  })

  it('count what came in, by key and result', async () => {
    const { metrics, value } = start()
    const call = { account, from: 'shop', requestId: 'r', traceId: undefined }
    metrics.onIntake({ ...call, results: { queued: 3, 535: 2 } })
    metrics.onIntake({ ...call, results: { queued: 1 } })
    expect(await value('pushferry_intake_records_total', { source: 'shop', result: 'queued' })).toBe(4)
    expect(await value('pushferry_intake_records_total', { source: 'shop', result: '535' })).toBe(2)
  })

  it('belong to one relay', async () => {
    const one = start()
    const two = start()
    one.metrics.onTakeover()
    expect([await one.value('pushferry_takeovers_total'), await two.value('pushferry_takeovers_total')]).toEqual([1, 0])
  })

  it('tell what the process uses, counters never going down', async () => {
    const { value } = start()
    const before = await value('pushferry_process_cpu_seconds_total')
    expect(before).toBeGreaterThan(0)
    expect(await value('pushferry_process_cpu_seconds_total')).toBeGreaterThanOrEqual(before ?? 0)
    expect(await value('pushferry_process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(
      Math.abs(
        ((await value('pushferry_process_start_time_seconds')) ?? 0) * 1000 + process.uptime() * 1000 - Date.now(),
      ),
    ).toBeLessThan(2_000)
  })
})

describe('an observed store', () => {
  it('does what the store does, and its writes are timed', async () => {
    const { metrics, store, value } = start()
    const observed = metrics.observe(store)
    expect(await observed.put([entry('a')])).toEqual([{ result: 'queued' }])
    expect(await value('pushferry_store_write_duration_seconds_count')).toBe(1)
    expect((await observed.find(account, 'a'))?.state).toBe('queued')
  })

  it('counts what the store refuses, by reason, and hands the refusal on', async () => {
    const refuse = (code: 'full' | 'unavailable' | 'closed') => async () => {
      throw new StoreError(code, 'no')
    }
    const { metrics, store, value } = start()
    const put = (code: 'full' | 'unavailable' | 'closed') =>
      metrics.observe({ ...store, put: refuse(code) }).put([entry('a')])
    await expect(put('full')).rejects.toThrow('no')
    await expect(put('unavailable')).rejects.toThrow('no')
    await expect(put('closed')).rejects.toThrow('no')
    await expect(metrics.observe({ ...store, probe: refuse('unavailable') }).probe()).rejects.toThrow('no')
    expect(await value('pushferry_store_failures_total', { operation: 'put', reason: 'full' })).toBe(1)
    expect(await value('pushferry_store_failures_total', { operation: 'put', reason: 'unavailable' })).toBe(1)
    expect(await value('pushferry_store_failures_total', { operation: 'probe', reason: 'unavailable' })).toBe(1)
    expect(await value('pushferry_store_failures_total', { reason: 'closed' })).toBeUndefined()
    expect(await value('pushferry_store_write_duration_seconds_count')).toBe(0)
  })
})
