import { describe, expect, it } from 'vitest'
import { replies } from '../../faults/clevertap.ts'
import { account, inMemoryAndThread, names } from './rig.ts'
import { useRig } from './use-rig.ts'

describe('the uploader, with a sender that lets requests wait', () => {
  const { setUp, counts, rig } = useRig(inMemoryAndThread)

  it('fills each place in the moment in which it becomes free', async () => {
    const { put, start, clevertap, untilDelivered } = await setUp({ latencyMs: 100 })
    await put(...names(3000))
    await start()
    await untilDelivered(3000)
    const [first] = clevertap.calls
    const times = clevertap.calls.map(({ at }) => at - (first?.at ?? 0))
    const [begin, handedOver, ...rest] = Array.from({ length: 10 }, (_, n) => times.slice(3 * n, 3 * n + 3))
    expect(begin).toEqual([0, 0, 0])
    // From then on the thread sends: a message takes one ms.
    expect(handedOver).toEqual([101, 101, 101])
    // Three answers come together, and two requests wait: the third place is a message and its answer late, once.
    expect(rest).toEqual(rest.map((_, n) => [201, 201, 203].map((at) => at + n * 100)))
    expect(clevertap.peak).toBe(3)
  })

  it('counts as in flight what CleverTap has, and not what waits', async () => {
    const { put, start, clevertap, clock } = await setUp()
    await put(...names(2000))
    const { uploader } = await start()
    await clock.advance(250)
    expect(uploader.inFlight()).toBe(3)
    expect(clevertap.inFlight).toBe(3)
  })

  it.each([
    ['429 that asks for ten seconds', replies.status(429, '10'), 10_000],
    ['503 that asks for ten seconds', replies.status(503, '10'), 10_000],
    ['401', replies.status(401), 60_000],
  ])('sends nothing that waited after a %s', async (_, reply, pauseMs) => {
    const { put, start, clevertap, clock } = await setUp()
    await put(...names(3000))
    await start()
    await clock.advance(250)
    const before = clevertap.calls.length
    const open = clevertap.inFlight
    clevertap.behave(() => reply)
    // Whatever is in flight was asked before, and is answered well: its places are filled, and those fail.
    await clock.advance(120)
    const asked = clevertap.calls.length
    expect(asked - before).toBeLessThanOrEqual(open)
    await clock.advance(pauseMs - 200)
    expect(clevertap.calls.length).toBe(asked)
    clevertap.behave(replies.success)
    await clock.advance(100_000)
    expect(await counts()).toMatchObject({ accepted: 3000, uploading: 0 })
    expect(new Set(rig().delivered()).size).toBe(3000)
    expect(clevertap.delivered).toHaveLength(3000)
  })

  it('feels an outage out with one record at a time, however short its waits are', async () => {
    const { put, start, clevertap, clock } = await setUp({ settings: { retryBaseMs: 20, retryMaxMs: 100 } })
    await put(...names(3000))
    await start()
    await clock.advance(250)
    clevertap.behave(() => replies.status(503))
    const before = clevertap.calls.length
    const open = clevertap.inFlight
    await clock.advance(5000)
    const during = clevertap.calls.slice(before + open)
    expect(during.length).toBeGreaterThan(10)
    for (const { records, inFlight } of during) expect([records.length, inFlight]).toEqual([1, 1])
  })

  it('forgets what waited when it is given up by the others, who have those records now', async () => {
    const { put, start, clevertap, clock, store, untilDelivered } = await setUp({ latencyMs: 1000 })
    await put(...names(2000))
    const { holder } = await start()
    await clock.advance(1500)
    // In the first second they were sent from here; those of the second are in the thread, and others wait behind them.
    expect([clevertap.calls.length, clevertap.delivered.length, clevertap.inFlight]).toEqual([6, 300, 3])
    await store.takeOver(await store.holders())
    holder.tell()
    await untilDelivered(2000)
    const sent = clevertap.calls.slice(6).flatMap(({ objectIds }) => objectIds)
    expect(sent.sort()).toEqual(names(1700, 300))
  })

  it('takes records back that waited when it is stopped, and sends none of them', async () => {
    const { put, start, clevertap, clock } = await setUp()
    await put(...names(2000))
    const one = await start()
    await clock.advance(250)
    const asked = clevertap.calls.length
    await one.stop()
    expect(clevertap.calls).toHaveLength(asked)
    const delivered = asked * 100
    expect(await counts()).toMatchObject({
      accepted: delivered,
      uploading: 0,
      queued: { live: 2000 - delivered },
    })
  })

  it('reports only requests that were made', async () => {
    const { put, start, clevertap, clock } = await setUp()
    await put(...names(1000))
    const one = await start()
    clevertap.behave((call, number) => (number === 5 ? replies.status(429, '1') : replies.success(call)))
    await clock.advance(20_000)
    expect(one.reports).toHaveLength(clevertap.calls.length)
    expect(one.reports.filter(({ verdict }) => verdict === 'throttled')).toHaveLength(1)
    expect(one.reports.every(({ tookMs }) => tookMs >= 100 && tookMs <= 102)).toBe(true)
  })

  it.each(Array.from({ length: 8 }, (_, seed) => seed + 1))(
    'is never over the limit and delivers each record once, with refusals, stops and other processes (seed %i)',
    async (seed) => {
      const limit = 15
      const { put, start, clevertap, clock, store } = await setUp({
        seed,
        settings: { uploadConcurrency: limit, uploadBatch: 10, flushMs: 50, retryBaseMs: 20, retryMaxMs: 2000 },
      })
      // What CleverTap refuses as a whole it has not taken, so nothing may come twice.
      clevertap.behave((call) => {
        const chance = clock.random()
        const reply =
          chance < 0.02 ? replies.status(429, '1') : chance < 0.03 ? replies.status(503) : replies.success(call)
        return { after: 5 + Math.floor(clock.random() * 60), reply }
      })
      const processes = [await start(), await start()]
      for (let from = 0; from < 1500; from += 100) {
        await put(...names(100, from))
        await clock.advance(40)
        const each = processes.map(({ uploader }) => uploader.inFlight())
        for (const one of each) expect(one).toBeLessThanOrEqual(limit)
        if (from % 500 === 200) {
          await processes.shift()?.stop()
          processes.push(await start())
        }
      }
      await clock.advance(120_000)
      expect(clevertap.peak).toBeLessThanOrEqual(limit)
      expect(clevertap.peak).toBeGreaterThan(3)
      expect(await store.counts(account)).toMatchObject({ accepted: 1500, uploading: 0, queued: { live: 0 } })
      expect(rig().delivered().sort()).toEqual(names(1500))
    },
  )
})
