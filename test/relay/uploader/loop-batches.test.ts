import { describe, expect, it } from 'vitest'
import { replies } from '../../faults/clevertap.ts'
import { account, entryOf, names, storeKinds } from './rig.ts'
import { useRig } from './use-rig.ts'

describe.each(storeKinds)('the uploader, with a store $name', (kind) => {
  const { setUp } = useRig(kind)

  describe('batches', () => {
    it('hold at most 100 records', async () => {
      const { put, start, clevertap, untilDelivered } = await setUp()
      await put(...names(1050))
      await start()
      await untilDelivered(1050)
      expect(clevertap.calls.map(({ records }) => records.length)).toEqual([...Array(10).fill(100), 50])
    })
    it('hold at most as many as configured', async () => {
      const { put, start, clevertap, untilDelivered } = await setUp({ settings: { uploadBatch: 7 } })
      await put(...names(20))
      await start()
      await untilDelivered(20)
      expect(clevertap.calls.map(({ records }) => records.length)).toEqual([7, 7, 6])
    })
    it('never hold two records of one objectId, though its token is replaced all the time', async () => {
      const { put, start, clevertap, clock, store } = await setUp({ settings: { flushMs: 0 } })
      await start()
      for (let round = 0; round < 50; round++) {
        await put(...names(5).map((name) => entryOf(name, { token: { type: 'fcm', id: `${name}-${round}` } })))
        await clock.advance(30)
      }
      await clock.advance(5000)
      for (const { objectIds } of clevertap.calls) expect(new Set(objectIds).size).toBe(objectIds.length)
      expect((await store.counts(account)).accepted).toBe(5)
      const last = new Map(clevertap.delivered.map(({ objectId, tokenData }) => [objectId, tokenData.id]))
      expect([...last.values()]).toEqual(names(5).map((name) => `${name}-49`))
    })
    it('are sent as soon as 100 are due', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { flushMs: 3_600_000 } })
      await start()
      await clock.advance(10_000)
      await put(...names(99))
      await clock.advance(10_000)
      expect(clevertap.calls).toHaveLength(0)
      await put('one-more')
      await clock.advance(1000)
      expect(clevertap.calls).toHaveLength(1)
    })
    it('are sent when the oldest due record is as old as the flush time', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { flushMs: 2000 } })
      await start()
      await clock.advance(10_000)
      await put('a')
      await clock.advance(1500)
      await put('b')
      await clock.advance(499)
      expect(clevertap.calls).toHaveLength(0)
      await clock.advance(501)
      expect(clevertap.calls.map(({ objectIds }) => objectIds)).toEqual([['a', 'b']])
    })
    it('are sent within the flush time when records come one by one', async () => {
      const { put, start, clevertap, clock } = await setUp()
      await start()
      for (const name of names(100)) {
        await put(name)
        await clock.advance(100)
      }
      await clock.advance(1100)
      expect(clevertap.delivered).toHaveLength(100)
      expect(clevertap.calls.length).toBeLessThanOrEqual(11)
    })
    it('are asked for by half a second of polling when another process took the records in', async () => {
      const { start, clevertap, clock, store } = await setUp({ settings: { flushMs: 0 } })
      const one = await start()
      await clock.advance(5000)
      const wake = one.uploader.wake
      one.uploader.wake = () => {} // the store tells only the process that took them in
      await store.put([entryOf('a')])
      one.uploader.wake = wake
      await clock.advance(700)
      expect(clevertap.delivered).toHaveLength(1)
    })
    it('hold the documented records and nothing else', async () => {
      const { put, start, clevertap, untilDelivered } = await setUp()
      const keys = { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16).toString('base64url') }
      await put(entryOf('a'), entryOf('b', { token: { type: 'chrome', id: 'f:x', keys }, warnings: ['odd'] }))
      await start()
      await untilDelivered(2)
      expect(clevertap.calls[0]?.records).toEqual([
        { type: 'token', tokenData: { id: 'token-of-a', type: 'fcm' }, objectId: 'a' },
        {
          type: 'token',
          tokenData: { id: 'f:x', type: 'chrome', keys: { p256dh: `${keys.p256dh}=`, auth: `${keys.auth}==` } },
          objectId: 'b',
        },
      ])
    })
  })

  describe('order', () => {
    it('is by age, the oldest first', async () => {
      const { put, start, delivered, untilDelivered } = await setUp({ settings: { uploadConcurrency: 1 } })
      for (let from = 0; from < 1000; from += 50) await put(...names(50, from))
      await start()
      await untilDelivered(1000)
      expect(delivered()).toEqual(names(1000))
    })
    it('puts live records before imported ones, also those that come while an import is under way', async () => {
      const { put, start, delivered, untilDelivered, clock } = await setUp({ settings: { uploadConcurrency: 1 } })
      await put(...names(2000).map((name) => entryOf(name, { priority: 'import' })))
      await start()
      await clock.advance(450)
      await put(...['live-1', 'live-2'])
      await untilDelivered(2002)
      const at = delivered().indexOf('live-1')
      expect(at).toBeGreaterThan(300)
      // Behind what was in flight and what was ready to go; in front of everything else.
      expect(at).toBeLessThanOrEqual(700)
      expect(delivered().filter((name) => !name.startsWith('live'))).toEqual(names(2000))
    })
    it('is not held up by one objectId whose token changes all the time', async () => {
      const { put, start, delivered, untilDelivered, clevertap } = await setUp({ settings: { uploadConcurrency: 1 } })
      let round = 0
      clevertap.behave((call) => {
        void put(entryOf('hot', { token: { type: 'fcm', id: `hot-${++round}` } }))
        return replies.success(call)
      })
      await put('hot', ...names(1000))
      await start()
      await untilDelivered(1000)
      expect(delivered().filter((name) => name !== 'hot')).toEqual(names(1000).slice(0, delivered().length - 1))
    })
  })

  describe('requests in flight', () => {
    it.each([1, 3, 15])(
      'are never more than %i where that is the limit, and as many while there is work',
      async (limit) => {
        const { put, start, clevertap, untilDelivered } = await setUp({
          settings: { uploadConcurrency: limit, uploadBatch: 10 },
        })
        await put(...names(600))
        await start()
        await untilDelivered(600)
        expect(clevertap.peak).toBe(limit)
      },
    )
    it('leave no gap between each other while the queue is full', async () => {
      const { put, start, clock, untilDelivered } = await setUp({ settings: { uploadBatch: 10 } })
      await put(...names(600))
      await start()
      await untilDelivered(600)
      expect(clock.elapsed()).toBeLessThanOrEqual(20 * 100 + 100)
    })
    it('that end together are followed by one write of their results and one lease', async () => {
      const { put, start, faulty, untilDelivered } = await setUp({ settings: { uploadBatch: 10 } })
      await put(...names(600))
      await start()
      await untilDelivered(600)
      const waves = 600 / 30
      expect(faulty.calls('lease')).toBeLessThan(waves + 5)
      expect(faulty.calls('complete')).toBeLessThan(waves + 5)
    })
    it('are halved in number by a 429, and creep back', async () => {
      const { put, start, clevertap, clock, untilDelivered, store } = await setUp({
        settings: { uploadConcurrency: 8, uploadBatch: 10 },
      })
      clevertap.behave((call) => (call.inFlight > 4 ? replies.status(429, '1') : replies.success(call)))
      await put(...names(1000))
      await start()
      await clock.advance(150)
      const throttledAt = clock.elapsed()
      const before = clevertap.calls.length
      await clock.advance(900)
      expect(clevertap.calls.filter(({ at }) => at > throttledAt)).toEqual([])
      await clock.advance(200)
      const next = clevertap.calls.slice(before)
      expect(Math.max(...next.map(({ inFlight }) => inFlight))).toBe(4)
      clevertap.behave(replies.success)
      await untilDelivered(1000)
      expect(clevertap.peak).toBe(8)
      expect(Math.max(...clevertap.calls.slice(-20, -8).map(({ inFlight }) => inFlight))).toBe(8)
      await clock.advance(10) // results are written a moment after they came
      const counts = await store.counts(account)
      expect(counts).toMatchObject({ accepted: 1000, events: { failed: 0, rejected: 0, deferred: 0 } })
    })
    it('of a 429 cost their records no attempt', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave(() => replies.status(429))
      await put('a')
      await start()
      await clock.advance(3_600_000)
      expect(await find('a')).toMatchObject({ attempts: 0, error: null })
      clevertap.behave(replies.success)
      await clock.advance(300_000)
      expect(await find('a')).toMatchObject({ state: 'accepted', attempts: 1 })
    })
    it('stay few when every answer is a 429 that asks for no wait', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave(() => replies.status(429, '0'))
      await put(...names(1000))
      await start()
      await clock.advance(3_600_000)
      expect(clevertap.calls.length).toBeLessThan(80)
    })
    it('of one account that fails do not hold up another', async () => {
      const { put, start, clevertap, clock, store } = await setUp()
      const failing = await import('../../faults/clevertap.ts').then((all) => all.createFakeClevertap(clock))
      failing.behave(() => 'hang')
      await start({ account: 'OTHER', clevertap: failing })
      await start()
      await put(...names(1000), ...names(1000).map((name) => entryOf(name, { account: 'OTHER' })))
      await clock.advance(2000)
      expect(clevertap.delivered).toHaveLength(1000)
      expect(failing.inFlight).toBe(3)
      expect((await store.counts('OTHER')).accepted).toBe(0)
      failing.behave(replies.success)
    })
  })
})
