import { describe, expect, it } from 'vitest'
import { type Behaviour, replies } from '../../faults/clevertap.ts'
import { entryOf, names, storeKinds } from './rig.ts'
import { useRig } from './use-rig.ts'

const hour = 3_600_000
/** Four times the longest wait between two tries. */
const outageMs = 20 * 60_000

/** How far a list is from its order: for each element, how many later ones stand before it; the most of these. */
const mostOvertaken = (delivered: readonly string[]): number => {
  const before: string[] = [] // in order
  let most = 0
  for (const name of delivered) {
    const at = before.findLastIndex((other) => other < name) + 1
    most = Math.max(most, before.length - at)
    before.splice(at, 0, name)
  }
  return most
}

describe.each(storeKinds)('the uploader, with a store $name', (kind) => {
  const { setUp, counts } = useRig(kind)

  describe('an outage of twenty minutes', () => {
    it.each([
      ['refuses connections', () => replies.unanswered('ECONNREFUSED')],
      ['answers 503', () => replies.status(503)],
      ['answers 503 and asks for ten seconds', () => replies.status(503, '10')],
      ['lets everything time out', () => ({ after: 30_000, reply: replies.unanswered('time-out') })],
    ] as const)('that %s loses nothing, keeps the order and never goes over the limit', async (_, fail) => {
      // A seed whose waits put the oldest records behind all others, should each wait for itself.
      const { put, start, clevertap, clock, delivered } = await setUp({ seed: 11, settings: { uploadBatch: 10 } })
      await put(...names(100))
      await start()
      await clock.advance(150)
      clevertap.behave(fail)
      await clock.advance(200)
      const before = clevertap.delivered.length
      const callsBefore = clevertap.calls.length
      for (let from = 100; from < 400; from += 15) {
        await put(...names(15, from))
        await clock.advance(outageMs / 20)
      }
      const during = clevertap.calls.length - callsBefore
      expect(clevertap.delivered).toHaveLength(before)
      clevertap.behave(replies.success)
      await clock.advanceUntil(() => clevertap.delivered.length === 400, 320_000)
      await clock.advance(10_000)

      expect(await counts()).toMatchObject({ accepted: 400, rejected: 0, queued: { live: 0 }, uploading: 0 })
      expect(clevertap.peak).toBe(3)
      expect(during).toBeGreaterThan(5)
      expect(during).toBeLessThan(60)
      // The one that found out that all is well, and the one that was ready behind it, go before the one that was tried
      // last; all else goes in order of age.
      const after = delivered().slice(before)
      expect(new Set(delivered()).size).toBe(400)
      expect(mostOvertaken(after)).toBeLessThanOrEqual(2)
    })
    it('is felt out with one record at a time', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave(() => replies.status(503))
      await put(...names(1000))
      await start()
      await clock.advance(outageMs)
      expect(clevertap.calls.slice(0, 3).map(({ records }) => records.length)).toEqual([100, 100, 100])
      expect(clevertap.calls.slice(3).every(({ records, inFlight }) => records.length === 1 && inFlight === 1)).toBe(
        true,
      )
    })
    it('leaves its records queued while nothing is sent, and not uploading', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadBatch: 10 } })
      clevertap.behave(() => replies.status(503))
      await put(...names(100))
      await start()
      await clock.advance(outageMs)
      await clock.advanceUntil(async () => clevertap.inFlight === 0, outageMs)
      await clock.advance(1)
      expect(await counts()).toMatchObject({ uploading: 0, queued: { live: 100 } })
    })
    it('is survived by a process that is killed in it, and by the next', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadBatch: 10 } })
      clevertap.behave(() => replies.status(503))
      await put(...names(100))
      const first = await start()
      await clock.advance(outageMs / 2)
      first.kill()
      await start()
      await clock.advance(outageMs / 2)
      clevertap.behave(replies.success)
      await clock.advance(400_000)
      expect(await counts()).toMatchObject({ accepted: 100, rejected: 0 })
    })
    it.each([-30, -0.01, 0.01, 30])('is not made longer by a wall clock that jumps by %d days', async (days) => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadBatch: 10 } })
      clevertap.behave(() => replies.status(503))
      await put(...names(30))
      await start()
      await clock.advance(outageMs / 2)
      clock.jump(days * 24 * hour)
      clevertap.behave(replies.success)
      await clock.advance(400_000)
      // The two that were tried in turns wait for a time on the clock, and that may be long when the clock is put back.
      expect((await counts()).accepted).toBeGreaterThanOrEqual(28)
    })
  })

  describe('a record that makes every request fail that it is in', () => {
    it.each([0, 42, 99, 150])(
      'ends up alone, wherever it stands (%i), while everything else is delivered',
      async (position) => {
        const { put, start, clevertap, clock, find } = await setUp()
        const poison = names(1, position)[0] ?? ''
        clevertap.behave((call) => (call.objectIds.includes(poison) ? replies.status(500) : replies.success(call)))
        await put(...names(500))
        await start()
        await clock.advanceUntil(() => clevertap.delivered.length === 499, 120_000)
        await clock.advance(600_000)
        expect(await counts()).toMatchObject({ accepted: 499, rejected: 0, queued: { live: 1 } })
        expect(await find(poison)).toMatchObject({ state: 'queued' })
        const last = clevertap.calls.at(-1)
        expect(last?.objectIds).toEqual([poison])
      },
    )
    it('ends up alone also when there is nothing else to send', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call) => (call.objectIds.includes('r00007') ? replies.status(500) : replies.success(call)))
      await put(...names(100))
      await start()
      await clock.advanceUntil(() => clevertap.delivered.length === 99, 120_000)
      await clock.advance(10)
      expect(await counts()).toMatchObject({ accepted: 99 })
    })
    it('keeps nobody waiting who comes later, however often it is tried', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { retryBaseMs: 20, retryMaxMs: 200 } })
      clevertap.behave((call) => (call.objectIds.includes('r00003') ? replies.status(500) : replies.success(call)))
      await put(...names(10))
      await start()
      for (const [index, later] of names(12, 100).entries()) {
        await clock.advance(10_000)
        await put(later)
        await clock.advanceUntil(() => clevertap.delivered.length === 10 + index, 3_000)
      }
    })
    it('is delivered as soon as it no longer does', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave((call) => (call.objectIds.includes('r00003') ? replies.status(500) : replies.success(call)))
      await put(...names(10))
      await start()
      await clock.advance(hour)
      clevertap.behave(replies.success)
      await clock.advance(302_000)
      expect(await find('r00003')).toMatchObject({ state: 'accepted' })
    })
  })

  describe('credentials that are refused', () => {
    it.each([401, 403])('(%i) suspend the account, which is probed once a minute', async (status) => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadBatch: 10 } })
      clevertap.behave(() => replies.status(status))
      await put(...names(100))
      const one = await start()
      await clock.advance(hour)
      expect(one.uploader.health()).toMatchObject({ mode: 'suspended' })
      const probes = clevertap.calls.slice(3)
      expect(probes.length).toBeGreaterThanOrEqual(58)
      expect(probes.length).toBeLessThanOrEqual(60)
      for (const [index, { at, inFlight }] of probes.entries()) {
        expect(at - (probes[index - 1]?.at ?? at - 60_000)).toBeGreaterThanOrEqual(60_000)
        expect(inFlight).toBe(1)
      }
    })
    it('cost the records nothing: they stay queued, at their age, without an attempt', async () => {
      const { put, start, clevertap, clock, find, delivered } = await setUp({ settings: { uploadConcurrency: 1 } })
      clevertap.behave(() => replies.status(401))
      await put(...names(300))
      await start()
      await clock.advance(24 * 60_000)
      expect(await counts()).toMatchObject({ queued: { live: 300 }, uploading: 0, rejected: 0 })
      expect(await find('r00000')).toMatchObject({ state: 'queued', attempts: 0, error: null })
      clevertap.behave(replies.success)
      await clock.advance(65_000)
      expect(delivered()).toEqual(names(300))
    })
    it('do not stop intake', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave(() => replies.status(401))
      await put('a')
      await start()
      await clock.advance(10_000)
      await put('b')
      expect(await find('b')).toMatchObject({ state: 'queued' })
    })
    it('are tried at once by a process that starts', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave(() => replies.status(401))
      await put('a')
      const one = await start()
      await clock.advance(10_000)
      expect(one.uploader.health().mode).toBe('suspended')
      await one.stop()
      clevertap.behave(replies.success)
      await start()
      await clock.advance(1000)
      expect(clevertap.delivered).toHaveLength(1)
    })
    it('are reported when they are refused and when they are taken again', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call, number) => (number < 4 ? replies.status(401) : replies.success(call)))
      await put('a')
      const one = await start()
      await clock.advance(10 * 60_000)
      expect(one.moods).toEqual(['suspended', 'ok'])
    })
    it('of one account leave another alone', async () => {
      const { put, start, clevertap, clock, store } = await setUp()
      clevertap.behave((call) =>
        call.records.some(({ objectId }) => objectId.startsWith('other')) ? replies.status(401) : replies.success(call),
      )
      await start({ account: 'OTHER' })
      await start()
      await put('mine', entryOf('other-1', { account: 'OTHER' }))
      await clock.advance(5000)
      expect((await counts()).accepted).toBe(1)
      expect((await store.counts('OTHER')).queued.live).toBe(1)
    })
  })
})

// Hours of the clock; what the store has to do with it is shown above.
describe('the uploader', () => {
  const { setUp, counts } = useRig()

  describe('a request that fails as a whole', () => {
    const failures: readonly [string, Behaviour][] = [
      ['the network', () => replies.unanswered('ECONNREFUSED')],
      ['a time-out', () => ({ after: 30_000, reply: replies.unanswered('time-out') })],
      ...([408, 425, 429, 500, 502, 503, 504] as const).map((status): [string, Behaviour] => [
        `a ${status}`,
        () => replies.status(status),
      ]),
      ['a 200 with HTML in it', () => replies.body('<!DOCTYPE html>')],
      ['a 200 whose JSON broke off', () => replies.body('{"status":"success","pro')],
      ['a 200 with other JSON', () => replies.body({ ok: true })],
      ['counts that do not add up', () => replies.body({ status: 'success', processed: 999, unprocessed: [] })],
    ]
    it.each(failures)('for %s is tried again without end, and everything arrives in the end', async (_, fail) => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave(fail)
      await put(...names(50))
      await start()
      await clock.advance(2 * hour)
      expect(await counts()).toMatchObject({ accepted: 0, rejected: 0 })
      expect(clevertap.calls.length).toBeGreaterThan(20)
      expect(clevertap.calls.length).toBeLessThan(150)
      clevertap.behave(replies.success)
      await clock.advance(700_000)
      expect(await counts()).toMatchObject({ accepted: 50, rejected: 0, queued: { live: 0 }, uploading: 0 })
    })
    it.each([429, 503])('of a %i whose Retry-After is a day is tried again after the longest wait', async (status) => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadConcurrency: 1 } })
      clevertap.behave((call, number) => (number === 1 ? replies.status(status, '86400') : replies.success(call)))
      await put(...names(300))
      await start()
      await clock.advance(290_000)
      expect(await counts()).toMatchObject({ accepted: 0 })
      await clock.advance(20_000)
      expect(await counts()).toMatchObject({ accepted: 300, queued: { live: 0 } })
    })
    it('is tried again after an exponential wait with full jitter, up to the cap', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadConcurrency: 1 } })
      clevertap.behave(() => replies.status(500))
      clock.chance(1)
      await put(...names(10))
      await start()
      await clock.advance(40 * 60_000)
      const waits = clevertap.calls.map(({ at }, index) => at - (clevertap.calls[index - 1]?.at ?? 0) - 100).slice(1)
      for (const [index, wait] of waits.entries()) {
        const ceiling = Math.min(300_000, 1000 * 2 ** index)
        expect(wait).toBeGreaterThanOrEqual(ceiling)
        expect(wait).toBeLessThanOrEqual(ceiling + 600)
      }
      expect(waits.length).toBeGreaterThan(12)
    })
    it('waits somewhere under the ceiling, differently each time', async () => {
      const { put, start, clevertap, clock } = await setUp({ settings: { uploadConcurrency: 1, retryMaxMs: 10_000 } })
      clevertap.behave(() => replies.status(500))
      await put(...names(10))
      await start()
      await clock.advance(hour)
      const waits = clevertap.calls.map(({ at }, index) => at - (clevertap.calls[index - 1]?.at ?? 0) - 100).slice(10)
      expect(Math.max(...waits)).toBeLessThanOrEqual(10_600)
      expect(Math.min(...waits)).toBeLessThan(1500)
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
      expect(mean).toBeGreaterThan(4000)
      expect(mean).toBeLessThan(6500)
    })
    it.each([
      ['seconds', '90'],
      ['a date', new Date(1_800_000_000_000 + 90_000).toUTCString()],
    ])('waits at least as long as Retry-After says in %s', async (_, retryAfter) => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call, number) => (number === 1 ? replies.status(503, retryAfter) : replies.success(call)))
      await put(...names(10))
      await start()
      await clock.advance(300_000)
      const [first, second] = clevertap.calls
      const wait = (second?.at ?? 0) - (first?.at ?? 0)
      expect(wait).toBeGreaterThanOrEqual(89_000)
      expect(wait).toBeLessThanOrEqual(92_000)
    })
    it('counts as an attempt of its records, and leaves them queued with what was known', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave(() => replies.status(500))
      await put('a')
      await start()
      await clock.advance(1500)
      expect(await find('a')).toMatchObject({ state: 'queued', attempts: 1, error: null, settledAt: null })
    })
    it('does not stop intake', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave(() => 'hang')
      await put(...names(500))
      await start()
      await clock.advance(hour)
      await put('late')
      expect(await find('late')).toMatchObject({ state: 'queued' })
    })
  })

  describe('a record that makes every request fail that it is in, for hours,', () => {
    it('does not stop the account once it is alone: what comes is delivered as if it were not there', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call) => (call.objectIds.includes('poison') ? replies.status(500) : replies.success(call)))
      await put('poison')
      const one = await start()
      for (let minute = 0; minute < 60; minute++) {
        await put(`m${minute}`)
        await clock.advance(60_000)
      }
      const quiet = one.moods.length
      for (let minute = 60; minute < 120; minute++) {
        await put(`m${minute}`)
        await clock.advance(1300)
        expect(clevertap.delivered.at(-1)?.objectId).toBe(`m${minute}`)
        await clock.advance(58_700)
      }
      expect(one.moods).toHaveLength(quiet)
      expect(one.uploader.health().mode).toBe('ok')
      const tries = clevertap.calls.filter(({ at, objectIds }) => at > hour && objectIds.includes('poison'))
      expect(tries.length).toBeLessThan(60)
    })
    // Whatever the waits: those at fault are older than nearly all others, and must not be the only ones that are tried.
    it.each([1, 2, 3, 4])('may be one of many, and holds the others up for two minutes at most (%i)', async (seed) => {
      const { put, start, clevertap, clock } = await setUp({ seed })
      const poison = new Set(names(1000).filter((_, at) => at % 97 === 3))
      clevertap.behave((call) =>
        call.objectIds.some((name) => poison.has(name)) ? replies.status(500) : replies.success(call),
      )
      await put(...names(1000))
      await start()
      await clock.advance(120_000)
      expect(await counts()).toMatchObject({ accepted: 1000 - poison.size })
      clevertap.behave(replies.success)
      await clock.advance(700_000)
      expect(await counts()).toMatchObject({ accepted: 1000 })
    })
  })
})
