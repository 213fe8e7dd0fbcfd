import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../../../src/relay/operations/metrics/metrics.ts'
import { StoreError } from '../../../../src/relay/store/errors.ts'
import type { NewEntry, Outcome, Store } from '../../../../src/relay/store/port.ts'
import type { UploadReport } from '../../../../src/relay/uploader/report.ts'
import type { UploadState } from '../../../../src/relay/uploader/uploads.ts'
import { createMemoryStore } from '../../../fakes/memory-store.ts'
import { readExposition } from './exposition.ts'
import { compile, type Recorded } from './promql.ts'

const account = 'TEST-1'

const { groups } = parse(readFileSync(new URL('../../../../docs/alerts.yml', import.meta.url), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; for?: string }[] }[]
}
const rules = groups.flatMap((group) =>
  group.rules.map(({ alert, expr, for: wait = '0m' }) => ({
    alert,
    minutes: Number(wait.replace('m', '')),
    evaluate: compile(expr),
  })),
)

/** A relay's metrics, scraped once a minute by a clock of ours. */
const watch = (wrap: (store: Store) => Partial<Store> = () => ({})) => {
  const time = { now: Date.UTC(2026, 10, 23) }
  const real = createMemoryStore({ now: () => time.now })
  onTestFinished(() => real.close())
  const store = { ...real, ...wrap(real) }
  const state: UploadState = { upload: 'ok', reason: null, waitMs: 0, inFlight: 0, limit: 3 }
  const metrics = createMetrics({
    maxQueued: 100,
    maxUnproved: 50,
    accounts: [{ id: account, uploadConcurrency: 3, keyIdleMs: 30 * 86_400_000 }],
    store,
    uploads: { state: () => state },
    version: '1',
    now: () => time.now,
  })
  const recorded: Recorded[] = []
  const since = new Map<string, number>()
  const firing = new Set<string>()
  const scrape = async (): Promise<void> => {
    const at = time.now / 1000
    const samples = readExposition(await metrics.text())
      .flatMap((family) => family.samples)
      .map((sample) => ({ ...sample, labels: { ...sample.labels, instance: 'one', job: 'pushferry' } }))
    recorded.push({ at, samples })
    for (const { alert, minutes, evaluate } of rules) {
      const value = evaluate(recorded, at)
      if (typeof value === 'number' || value.length === 0) since.delete(alert)
      else if (!since.has(alert)) since.set(alert, at)
      const began = since.get(alert)
      if (began !== undefined && at - began >= minutes * 60) firing.add(alert)
      else firing.delete(alert)
    }
  }
  /** Lets minutes pass, each with something that happens in it. */
  const pass = async (minutes: number, happens: () => unknown = () => {}): Promise<string[]> => {
    for (let minute = 0; minute < minutes; minute++) {
      await happens()
      time.now += 60_000
      await scrape()
    }
    return [...firing].sort()
  }
  let people = 0
  const put = (n: number, priority: NewEntry['priority'] = 'live') =>
    metrics.observe(store).put(
      Array.from({ length: n }, () => ({
        account,
        objectId: `person-${++people}`,
        token: { id: `t-${people}`, type: 'fcm' as const },
        priority,
        sender: 'trusted' as const,
        replaceLive: true,
        warnings: [],
      })),
    )
  const complete = async (outcomeOf: (index: number) => Outcome): Promise<void> => {
    await store.join('me', '{}')
    const batch = await store.lease({ account, holder: 'me', max: 1_000, flushMs: 0 })
    if ('waitMs' in batch) return
    await store.complete(
      'me',
      batch.entries.map(({ objectId, generation }, index) => ({
        account,
        objectId,
        generation,
        outcome: outcomeOf(index),
      })),
    )
  }
  const report = (verdict: UploadReport['verdict']): void =>
    metrics.onRequest({
      account,
      records: 1,
      verdict,
      outcomes: { accepted: 0, rejected: 0, deferred: 0, failed: 0, returned: 0 },
      refusals: [],
      traceId: '0',
      tookMs: 10,
    })
  return { metrics, store, state, pass, put, complete, report, time, recorded }
}
const accepted: Outcome = { kind: 'accepted' }
const rejected: Outcome = { kind: 'rejected', error: { code: 535, message: 'no' } }

describe('the alert rules', () => {
  it('are silent while all is well', async () => {
    const { pass, put, complete, report } = watch()
    const work = async () => {
      await put(20)
      await complete(() => accepted)
      report('judged')
    }
    expect(await pass(30, work)).toEqual([])
  })

  it('are silent while nothing happens', async () => {
    expect(await watch().pass(30)).toEqual([])
  })

  it('fire when CleverTap refuses the credentials, and stop when it takes them', async () => {
    const { pass, state } = watch()
    state.upload = 'suspended'
    expect(await pass(1)).toEqual([])
    expect(await pass(1)).toEqual(['PushferryCredentialsRefused'])
    state.upload = 'ok'
    expect(await pass(1)).toEqual([])
  })

  it('fire when uploads fail for five minutes, not for four', async () => {
    const { pass, state } = watch()
    state.upload = 'failing'
    expect(await pass(5)).toEqual([])
    expect(await pass(1)).toEqual(['PushferryUploadsFail'])
  })

  it('fire when the store cannot be read', async () => {
    const { pass } = watch(() => ({ counts: () => Promise.reject(new StoreError('unavailable', 'gone')) }))
    expect(await pass(3)).toEqual(['PushferryStoreUnreadable'])
  })

  it('fire when the store takes nothing', async () => {
    const { pass, put } = watch(() => ({
      put: () => Promise.reject(new StoreError('unavailable', 'the disk is full')),
    }))
    await pass(1)
    expect(await pass(2, () => put(1).catch(() => {}))).toEqual(['PushferryStoreTakesNothing'])
  })

  it('fire when the queue fills up, and when it is full', async () => {
    let full = false
    const { pass, put, complete } = watch((real) => ({
      put: (entries) => (full ? Promise.reject(new StoreError('full', 'no')) : real.put(entries)),
    }))
    await put(80)
    expect(await pass(2)).toEqual([])
    await put(1)
    expect(await pass(2)).toEqual(['PushferryQueueFillsUp'])
    full = true
    expect(await pass(1, () => put(1).catch(() => {}))).toEqual(['PushferryQueueFillsUp', 'PushferryQueueFull'])
    await complete(() => accepted)
    expect(await pass(6)).toEqual([])
  })

  it('fire when browsers that prove nothing fill their capacity, and nothing else then', async () => {
    const { pass, store } = watch()
    const junk = (from: number, to: number) =>
      store.put(
        Array.from({ length: to - from }, (_, at) => ({
          account,
          objectId: `junk-${from + at}`,
          token: { id: `t-${from + at}`, type: 'fcm' as const },
          priority: 'live' as const,
          sender: 'unproved' as const,
          replaceLive: true,
          warnings: [],
        })),
      )
    await junk(0, 40)
    expect(await pass(2)).toEqual([])
    await junk(40, 41)
    expect(await pass(2)).toEqual(['PushferryUnprovedFillsUp'])
  })

  it('fire when a record is late, unless an import or a profile that is not live explains it', async () => {
    const late = watch()
    await late.put(1)
    expect(await late.pass(19)).toEqual([])
    expect(await late.pass(3)).toEqual(['PushferryLate'])

    const importing = watch()
    await importing.put(1, 'import')
    expect(await importing.pass(30)).toEqual([])

    const deferred = watch()
    await deferred.pass(1)
    await deferred.put(1)
    await deferred.complete(() => ({
      kind: 'deferred',
      dueAt: deferred.time.now + 86_400_000,
      error: { code: 530, message: '' },
    }))
    expect(await deferred.pass(30)).toEqual([])
  })

  it('fire when more than one in twenty is rejected', async () => {
    const few = watch()
    const work = (one: ReturnType<typeof watch>, every: number) => async () => {
      await one.put(40)
      await one.complete((index) => (index % every === 0 ? rejected : accepted))
    }
    expect(await few.pass(10, work(few, 20))).toEqual([])
    const many = watch()
    expect(await many.pass(10, work(many, 10))).toEqual(['PushferryRejections'])
  })

  it('fire when accepted tokens are not on their profiles', async () => {
    const { pass, store } = watch()
    await pass(1)
    expect(await pass(1, () => store.count(account, 'missing', 1))).toEqual(['PushferryTokensMissing'])
  })

  it('fire when CleverTap throttles', async () => {
    const { pass, report } = watch()
    const work = () => {
      report('judged')
      report('throttled')
    }
    expect(await pass(10, work)).toEqual(['PushferryThrottled'])
  })

  it('fire when a process died', async () => {
    const { pass, metrics } = watch()
    await pass(1)
    expect(await pass(1, () => metrics.onTakeover())).toEqual(['PushferryProcessDied'])
  })

  it('fire when the relay is gone, and when it answers with errors', () => {
    const of = (alert: string) => rules.find((rule) => rule.alert === alert)?.evaluate
    expect(of('PushferryIsGone')?.([], 600)).toHaveLength(1)
    const answered = (status: string, value: number) => ({
      name: 'pushferry_http_requests_total',
      labels: { instance: 'one', method: 'POST', route: '/1/upload', status },
      value,
    })
    const scrapes = (errors: number): Recorded[] => [
      { at: 0, samples: [answered('200', 0), answered('503', 0)] },
      { at: 60, samples: [answered('200', 100), answered('503', errors)] },
    ]
    expect(of('PushferryErrors')?.(scrapes(2), 60)).toHaveLength(1)
    expect(of('PushferryErrors')?.(scrapes(1), 60)).toHaveLength(0)
  })

  it('are each fired by a test above', () => {
    const source = readFileSync(new URL(import.meta.url), 'utf8')
    expect(rules.map(({ alert }) => alert).filter((alert) => !source.includes(`'${alert}'`))).toEqual([])
  })
})
