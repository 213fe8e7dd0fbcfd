import { describe, expect, it } from 'vitest'
import { replies } from '../../faults/clevertap.ts'
import { account, entryOf, names, storeKinds } from './rig.ts'
import { useRig } from './use-rig.ts'

const minute = 60_000

describe.each(storeKinds)('the uploader, with a store $name', (kind) => {
  const { setUp, counts, rig } = useRig(kind)
  /** objectIds that were sent more than once. */
  const repeated = (): string[] => {
    const seen = new Set<string>()
    return rig().clevertap.calls.flatMap(({ objectIds }) =>
      objectIds.filter((name) => seen.size === seen.add(name).size),
    )
  }

  describe('a store that fails', () => {
    it('to take results is asked again until it does: they are neither lost nor sent again', async () => {
      const { put, start, clevertap, clock, faulty } = await setUp()
      await put(...names(500))
      await start()
      faulty.break(['complete'])
      await clock.advance(40_000)
      expect((await counts()).uploading).toBeGreaterThan(0)
      faulty.repair()
      await clock.advance(5000)
      expect(await counts()).toMatchObject({ accepted: 500, uploading: 0 })
      expect(repeated()).toEqual([])
      expect(clevertap.delivered).toHaveLength(500)
    })
    it('to take results is not given more and more to take: sending stops after a while', async () => {
      const { put, start, clevertap, clock, faulty } = await setUp()
      await put(...names(4000))
      await start()
      faulty.break(['complete'])
      await clock.advance(30_000)
      expect(clevertap.delivered.length).toBeLessThanOrEqual(2400 + 100 * (kind.queueCapacity ?? 0))
      faulty.repair()
      await clock.advance(20_000)
      expect(await counts()).toMatchObject({ accepted: 4000 })
      expect(repeated()).toEqual([])
    })
    it('to give rows or slots is asked again, and the trouble is told', async () => {
      for (const operation of ['lease', 'takeSlots'] as const) {
        const { put, start, clock, faulty } = await setUp()
        faulty.break([operation])
        await put(...names(10))
        const one = await start()
        await clock.advance(10_000)
        expect((await counts()).accepted).toBe(0)
        expect(one.troubles).toBeGreaterThan(5)
        expect(one.troubles).toBeLessThan(50)
        faulty.repair()
        await clock.advance(3000)
        expect((await counts()).accepted).toBe(10)
      }
    })
    it('altogether, for a minute or for twenty, loses nothing', async () => {
      for (const minutes of [1, 20]) {
        const { put, start, clock, faulty } = await setUp({ latencyMs: 20_000 })
        await put(...names(1000))
        await start()
        await clock.advance(5000)
        faulty.break()
        await clock.advance(minutes * minute)
        faulty.repair()
        await clock.advance(10 * minute)
        expect(await counts()).toMatchObject({ accepted: 1000, uploading: 0 })
      }
    })
    it('is asked for nothing new by a process that could not show for long that it lives', async () => {
      const { put, start, clock, faulty } = await setUp({ leaseMs: minute })
      await start()
      await clock.advance(1000)
      faulty.break(['heartbeat', 'holders'])
      await clock.advance(46_000)
      const leases = faulty.calls('lease')
      await put(...names(10))
      await clock.advance(10 * minute)
      expect(faulty.calls('lease')).toBe(leases)
      faulty.repair()
      await clock.advance(minute)
      expect((await counts()).accepted).toBe(10)
    })
  })

  describe('a process that is given up by the others', () => {
    it('begins anew: its rows are sent by the others, its late results change nothing, and it goes on', async () => {
      const { put, start, clevertap, clock, store } = await setUp({ leaseMs: minute, latencyMs: 20_000 })
      await put(...names(100))
      const one = await start()
      await clock.advance(2000)
      expect(clevertap.inFlight).toBe(1)
      await store.takeOver((await store.holders()).map(({ id, heartbeat }) => ({ id, heartbeat })))
      await clock.advance(minute)
      expect(await counts()).toMatchObject({ accepted: 100, uploading: 0, events: { expired: 100 } })
      await put(...names(50, 100))
      await clock.advance(minute)
      expect((await counts()).accepted).toBe(150)
      expect(one.holder.id()).toEqual(expect.any(String))
    })
    it('does not send what it had ready, nor goes on with a half of what it was bisecting', async () => {
      const { put, start, clevertap, clock, store } = await setUp({ leaseMs: minute, latencyMs: 1000 })
      await put(...names(1000))
      const one = await start()
      clevertap.behave(() => replies.status(400))
      await clock.advance(500)
      const id = one.holder.id() ?? ''
      const heartbeat = (await store.holders()).find((holder) => holder.id === id)?.heartbeat ?? 0
      await store.takeOver([{ id, heartbeat }])
      one.uploader.forget()
      one.kill()
      const sent = clevertap.calls.length
      clevertap.behave(replies.success)
      await clock.advance(5000)
      expect(clevertap.calls).toHaveLength(sent)
    })
    it('cuts off what it has in flight, because its slots are others’ now', async () => {
      const { put, start, clevertap, clock } = await setUp({ latencyMs: 10_000 })
      await put(...names(1000))
      const one = await start()
      await clock.advance(2000)
      expect(clevertap.inFlight).toBe(3)
      one.uploader.forget()
      expect(clevertap.inFlight).toBe(0)
      await clock.rest()
      expect(one.uploader.health().mode).toBe('ok')
    })
  })

  describe('two processes on one store', () => {
    it('are never over the limit together, send nothing twice, and send everything', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { flushMs: 200 } })
      await Promise.all([start(), start(), start()])
      for (let from = 0; from < 3000; from += 60) {
        await put(...names(60, from))
        await clock.advance(17)
      }
      await clock.advance(5000)
      expect(await counts()).toMatchObject({ accepted: 3000, uploading: 0 })
      expect(clevertap.peak).toBeLessThanOrEqual(3)
      expect(repeated()).toEqual([])
    })
    it('do not go over the limit while one of them is failing', async () => {
      const { put, start, clevertap, clock } = await setUp({ latencyMs: 3000 })
      await put(...names(2000))
      await start()
      await start()
      // One request of the first fails at once while its others go on for long: their slots stay taken.
      clevertap.behave((call, number) =>
        number === 3
          ? { after: 100, reply: replies.status(500, '30') }
          : { after: 20_000, reply: replies.success(call) },
      )
      await clock.advance(15_000)
      expect(clevertap.calls.length).toBeGreaterThan(2)
      expect(clevertap.peak).toBeLessThanOrEqual(3)
      clevertap.behave(replies.success)
      await clock.advance(120_000)
      expect(await counts()).toMatchObject({ accepted: 2000 })
      expect(clevertap.peak).toBeLessThanOrEqual(3)
    })
    it('do not keep rows from each other that they have no slot for', async () => {
      const { put, start, clevertap, clock } = await setUp({ latencyMs: 5000, settings: { uploadConcurrency: 1 } })
      await put(...names(2000))
      await start()
      await clock.advance(1000)
      await start()
      await clock.advance(9010)
      // One is in flight, one is ready behind it, both of the first; the second has nothing to wait for with.
      expect((await counts()).uploading).toBeLessThanOrEqual(200)
      await clock.advance(200_000)
      expect(clevertap.delivered.map(({ objectId }) => objectId)).toEqual(names(2000))
    })
    it('share the work of one that stops', async () => {
      const { put, start, clevertap, clock } = await setUp()
      const first = await start()
      const second = await start()
      await put(...names(3000))
      await clock.advance(450)
      await first.stop()
      await clock.advance(10_000)
      expect(await counts()).toMatchObject({ accepted: 3000 })
      expect(repeated()).toEqual([])
      await second.stop()
      expect(await rig().store.holders()).toEqual([])
      expect(clevertap.peak).toBeLessThanOrEqual(3)
    })
    it.each([0, 10, 90, 100, 110, 250, 1050])('take over what one held that was killed after %i ms', async (ms) => {
      const { put, start, clevertap, clock } = await setUp({ leaseMs: 8000 })
      await put(...names(1000))
      const first = await start()
      await clock.advance(ms)
      const held = (await counts()).uploading
      first.kill()
      await start()
      await clock.advance(20_000)
      expect(await counts()).toMatchObject({ accepted: 1000, uploading: 0, queued: { live: 0 } })
      expect(repeated().length).toBeLessThanOrEqual(held)
      expect(clevertap.peak).toBeLessThanOrEqual(3)
    })
    it('survive being killed again and again', async () => {
      const { put, start, clevertap, clock } = await setUp({ leaseMs: 2000, latencyMs: 300 })
      const steady = await start()
      for (let round = 0; round < 20; round++) {
        const victim = await start()
        await put(...names(150, round * 150))
        await clock.advance(137 * (1 + (round % 5)))
        victim.kill()
      }
      await clock.advance(20_000)
      expect(await counts()).toMatchObject({ accepted: 3000, uploading: 0 })
      expect(new Set(clevertap.delivered.map(({ objectId }) => objectId)).size).toBe(3000)
      await steady.stop()
    })
    it('are not harmed by a clock that jumps', async () => {
      const { put, start, clevertap, clock, store } = await setUp({ leaseMs: minute })
      await start()
      await start()
      for (const [round, days] of [1, -2, 30, -60, 400].entries()) {
        await put(...names(300, round * 300))
        await clock.advance(150)
        clock.jump(days * 24 * 60 * minute)
        await clock.advance(2 * minute)
      }
      expect(await counts()).toMatchObject({ accepted: 1500, events: { expired: 0 } })
      expect(await store.holders()).toHaveLength(2)
      expect(repeated()).toEqual([])
      expect(clevertap.peak).toBeLessThanOrEqual(3)
    })
  })

  describe('stopping', () => {
    it('returns ready batches, waits for requests in flight, and completes their rows', async () => {
      const { put, start, clevertap, clock } = await setUp({ latencyMs: 2000 })
      await put(...names(2000))
      const one = await start()
      await clock.advance(500)
      const stoppedAt = clock.elapsed()
      await one.stop()
      expect(clock.elapsed() - stoppedAt).toBeLessThan(2500)
      expect(await counts()).toMatchObject({ accepted: 300, queued: { live: 1700 }, uploading: 0 })
      expect(clevertap.calls).toHaveLength(3)
    })
    it('cuts off what takes too long, and gives it back at no cost', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave(() => 'hang')
      await put(...names(500))
      const one = await start()
      await clock.advance(1500)
      const stoppedAt = clock.elapsed()
      await one.stop(8000)
      expect(clock.elapsed() - stoppedAt).toBeLessThan(10_000)
      expect(await counts()).toMatchObject({ accepted: 0, queued: { live: 500 }, uploading: 0, events: { failed: 0 } })
      expect(await find('r00000')).toMatchObject({ attempts: 0 })
      expect(one.moods).toEqual([])
    })
    it('gives back both halves of what it was bisecting', async () => {
      const { put, start, clevertap, clock } = await setUp({ latencyMs: 1000 })
      clevertap.behave(() => replies.status(400))
      await put(...names(100))
      const one = await start()
      await clock.advance(1500)
      await one.stop()
      expect(await counts()).toMatchObject({ rejected: 0, queued: { live: 100 }, uploading: 0 })
    })
    it('does not wait for a store that takes nothing any more: others take over when the lease is over', async () => {
      const { put, start, clevertap, clock, faulty } = await setUp({ leaseMs: 8000 })
      await put(...names(300))
      const one = await start()
      await clock.advance(50)
      faulty.break()
      const stoppedAt = clock.elapsed()
      await one.stop()
      expect(clock.elapsed() - stoppedAt).toBeLessThan(10_000)
      one.kill()
      faulty.repair()
      await start()
      await clock.advance(30_000)
      expect(await counts()).toMatchObject({ accepted: 300, uploading: 0 })
      expect(clevertap.delivered).toHaveLength(600)
    })
    it('leaves no timer behind', async () => {
      const { put, start, clock } = await setUp()
      await put(...names(300))
      const one = await start()
      await clock.advance(50)
      await one.stop()
      await clock.advance(minute)
      expect(clock.timers).toBe(0)
    })
    it('comes in time for rows that are just being leased', async () => {
      const { put, start, clock, faulty, store } = await setUp()
      await put(...names(300))
      faulty.hold(['lease'])
      const one = await start()
      await clock.advance(100)
      faulty.release()
      await one.stop()
      await clock.advance(1000)
      expect((await store.counts(account)).uploading).toBe(0)
      expect((await store.counts(account)).queued.live + (await store.counts(account)).accepted).toBe(300)
    })
    it('says nothing to the account next door', async () => {
      const { put, start, clock, store } = await setUp()
      const one = await start()
      await start({ account: 'OTHER' })
      await put(...names(100).map((name) => entryOf(name, { account: 'OTHER' })))
      await one.stop()
      await clock.advance(3000)
      expect((await store.counts('OTHER')).accepted).toBe(100)
    })
  })
})
