import { describe, expect, it } from 'vitest'
import { replies } from '../../faults/clevertap.ts'
import { account, entryOf, names, storeKinds } from './rig.ts'
import { useRig } from './use-rig.ts'

describe.each(storeKinds)('the uploader, with a store $name', (kind) => {
  const { setUp, counts, rig } = useRig(kind)
  const isPoison = (name: string): boolean => name === 'r00042'

  describe('a request that is refused as a whole', () => {
    it.each([
      ['400', () => replies.status(400)],
      ['413', () => replies.status(413)],
      ['fail without items', () => replies.body({ status: 'fail', processed: 0, unprocessed: [] })],
      [
        'the flat body of a 400 under a 200',
        () => replies.body({ status: 'fail', error: 'Malformed request', code: 400 }),
      ],
    ])('with %s is bisected until the poison record stands alone, and it alone is rejected', async (_, refuse) => {
      const { put, start, clevertap, untilDelivered, find } = await setUp()
      clevertap.behave((call) => (call.objectIds.some(isPoison) ? refuse() : replies.success(call)))
      await put(...names(100))
      await start()
      await untilDelivered(99, 60_000)
      await rig().clock.advance(1000)
      expect(await counts()).toMatchObject({ accepted: 99, rejected: 1, queued: { live: 0 }, uploading: 0 })
      expect(await find('r00042')).toMatchObject({ state: 'rejected', attempts: 1 })
      expect(clevertap.calls.length).toBeLessThanOrEqual(1 + 2 * 7)
    })
    it('keeps code and text with the record', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave(() => replies.status(400))
      await put('a')
      await start()
      await clock.advance(2000)
      expect(await find('a')).toMatchObject({ state: 'rejected', error: { code: 400, message: 'whatever' } })
    })
    it.each([2, 10, 100])('may hold %i poison records', async (poisons) => {
      const { put, start, clevertap, clock } = await setUp()
      const all = names(100)
      const poison = new Set(all.filter((_, at) => at % (100 / poisons) === 0))
      clevertap.behave((call) =>
        call.objectIds.some((name) => poison.has(name)) ? replies.status(400) : replies.success(call),
      )
      await put(...all)
      await start()
      await clock.advance(60_000)
      expect(await counts()).toMatchObject({ accepted: 100 - poisons, rejected: poisons })
      expect((await counts()).rejectedByCode).toEqual({ 400: poisons })
    })
    it('does not keep others waiting meanwhile, nor goes over the limit', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call) => (call.objectIds.some(isPoison) ? replies.status(400) : replies.success(call)))
      await put(...names(3000))
      await start()
      await clock.advance(3000)
      expect(await counts()).toMatchObject({ accepted: 2999, rejected: 1 })
      expect(clevertap.peak).toBe(3)
    })
    it('and then fails with a 500 half-way is bisected again later, and nothing is lost', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call, number) => {
        if (number > 3 && number < 9) return replies.status(500)
        return call.objectIds.some(isPoison) ? replies.status(400) : replies.success(call)
      })
      await put(...names(100))
      await start()
      await clock.advance(600_000)
      expect(await counts()).toMatchObject({ accepted: 99, rejected: 1 })
    })
  })

  describe('a partial answer', () => {
    it('rejects what it names with code and text, and accepts the rest', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave((call) => replies.partial(call, ({ objectId }) => (isPoison(objectId) ? 535 : undefined)))
      await put(...names(100))
      await start()
      await clock.advance(2000)
      expect(await counts()).toMatchObject({ accepted: 99, rejected: 1, rejectedByCode: { 535: 1 } })
      expect(await find('r00042')).toMatchObject({ error: { code: 535, message: 'Refused record number : 43' } })
      expect(clevertap.calls).toHaveLength(1)
    })
    it('that refuses every record rejects each with its own code', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call) => replies.partial(call, ({ objectId }) => (objectId < 'r00030' ? 531 : 535)))
      await put(...names(100))
      await start()
      await clock.advance(2000)
      expect((await counts()).rejectedByCode).toEqual({ 531: 30, 535: 70 })
    })
    it('whose items fit no record is bisected, until each record was judged for itself', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call) => {
        const bad = call.objectIds.filter(isPoison)
        if (bad.length === 0) return replies.success(call)
        const unprocessed = bad.map(() => ({ status: 'fail', code: 535, error: 'Invalid token data' }))
        const status = call.records.length === 1 ? 'fail' : 'partial'
        return replies.body({ status, processed: call.records.length - bad.length, unprocessed })
      })
      await put(...names(100))
      await start()
      await clock.advance(10_000)
      expect(await counts()).toMatchObject({ rejected: 1, rejectedByCode: { 535: 1 }, accepted: 99 })
    })
    it('that judges only some records completes these and sends the others again', async () => {
      const { put, start, clevertap, clock } = await setUp()
      clevertap.behave((call, number) => {
        if (number > 1) return replies.success(call)
        return replies.body({
          status: 'partial',
          processed: 7,
          unprocessed: [{ code: 535, error: 'x record number : 1', record: call.records[0] }],
        })
      })
      await put(...names(10))
      await start()
      await clock.advance(5000)
      expect(await counts()).toMatchObject({ rejected: 1, accepted: 9 })
      expect(clevertap.calls.map(({ records }) => records.length)).toEqual([10, 5, 4])
    })
  })

  describe('a record whose profile is not live yet', () => {
    const deferMs = [10_000, 20_000, 40_000, 80_000, 160_000]
    const sum = (waits: readonly number[]): number => waits.reduce((total, wait) => total + wait, 0)
    it.each([523, 526, 530, 555])(
      '(%i) is tried again on the schedule, and rejected after its last step',
      async (code) => {
        const { put, start, clevertap, clock, find } = await setUp({ settings: { deferMs } })
        clevertap.behave((call) => replies.partial(call, () => code))
        await put('a')
        await start()
        await clock.advance(sum(deferMs) + 60_000)
        const [first = 0, ...rest] = clevertap.calls.map(({ at }) => at)
        const waits = rest.map((at, index) => at - ([first, ...rest][index] ?? 0))
        for (const [step, wait] of waits.entries()) {
          expect(wait).toBeGreaterThanOrEqual(deferMs[step] ?? 0)
          expect(wait).toBeLessThan((deferMs[step] ?? 0) + 1500)
        }
        expect(waits).toHaveLength(5)
        expect(await find('a')).toMatchObject({ state: 'rejected', attempts: 6, error: { code } })
      },
    )
    it.each([530, 555])(
      'is deferred too when the whole request is refused with %i and it is alone in it',
      async (code) => {
        const { put, start, clevertap, clock, find } = await setUp()
        clevertap.behave((call, number) =>
          number === 1 ? replies.body({ status: 'fail', error: 'not live', code }) : replies.success(call),
        )
        await put('a')
        await start()
        await clock.advance(30_000)
        expect(await find('a')).toMatchObject({ state: 'queued', error: { code } })
        await clock.advance(60_000)
        expect(await find('a')).toMatchObject({ state: 'accepted', attempts: 2 })
      },
    )
    it('waits as long as it is told, though that is longer than a sound clock would ask for by default', async () => {
      const day = 86_400_000
      const { put, start, clevertap, clock } = await setUp({ settings: { deferMs: [30 * day] } })
      clevertap.behave((call) => replies.partial(call, () => 530))
      await put('a')
      await start()
      await clock.advance(60_000)
      expect(clevertap.calls).toHaveLength(1)
      clock.jump(30 * day)
      await clock.advance(60_000)
      expect(clevertap.calls).toHaveLength(2)
    })
    it('stands as queued meanwhile, with its last error', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave((call) => replies.partial(call, () => 530))
      await put('a')
      await start()
      await clock.advance(30_000)
      expect(await find('a')).toMatchObject({ state: 'queued', attempts: 1, error: { code: 530 }, settledAt: null })
    })
    it('is accepted as soon as CleverTap takes it', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave((call, number) => (number < 3 ? replies.partial(call, () => 530) : replies.success(call)))
      await put('a')
      await start()
      await clock.advance(12 * 60_000)
      expect(await find('a')).toMatchObject({ state: 'accepted', attempts: 3, error: null })
    })
    it('begins the schedule anew with a new token', async () => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave((call) => replies.partial(call, () => 530))
      await put('a')
      await start()
      await clock.advance(5 * 60_000)
      expect((await find('a'))?.attempts).toBe(2)
      await put(entryOf('a', { token: { type: 'fcm', id: 'newer' } }))
      await clock.advance(30_000)
      expect(await find('a')).toMatchObject({ state: 'queued', attempts: 1 })
      await clock.advance(60_000)
      expect(await find('a')).toMatchObject({ attempts: 2 })
    })
    it.each([524, 525, 531, 532, 533, 534, 535, 400, 500, 0])('is not what %i says: that is final', async (code) => {
      const { put, start, clevertap, clock, find } = await setUp()
      clevertap.behave((call) => replies.partial(call, () => code))
      await put('a')
      await start()
      await clock.advance(600_000)
      expect(clevertap.calls).toHaveLength(1)
      expect(await find('a')).toMatchObject({ state: 'rejected', attempts: 1, error: { code } })
    })
    it('is queued anew by the operator, and then goes through', async () => {
      const { put, start, clevertap, clock, find, store } = await setUp()
      clevertap.behave((call) => replies.partial(call, () => 535))
      await put('a')
      await start()
      await clock.advance(5000)
      clevertap.behave(replies.success)
      expect(await store.retryRejected(account, {})).toBe(1)
      await clock.advance(5000)
      expect(await find('a')).toMatchObject({ state: 'accepted', attempts: 1, error: null })
    })
  })

  describe('a token that is replaced', () => {
    it('while it is in flight is followed by the newer one, which is not sent beside it', async () => {
      const { put, start, clevertap, clock, find } = await setUp({ latencyMs: 5000, settings: { flushMs: 0 } })
      await start()
      await put(entryOf('a', { token: { type: 'fcm', id: 'old' } }))
      await clock.advance(1000)
      await put(entryOf('a', { token: { type: 'fcm', id: 'new' } }), 'b')
      await clock.advance(3000)
      expect(clevertap.calls.map(({ objectIds }) => objectIds)).toEqual([['a'], ['b']])
      expect(await find('a')).toMatchObject({ state: 'queued', attempts: 0 })
      await clock.advance(20_000)
      expect(clevertap.delivered.map(({ tokenData }) => tokenData.id)).toEqual(['old', 'token-of-b', 'new'])
      expect(await find('a')).toMatchObject({ state: 'accepted', attempts: 1 })
    })
    it.each([
      ['is accepted', replies.success],
      ['is refused for good', (call: Parameters<typeof replies.success>[0]) => replies.partial(call, () => 535)],
      ['is deferred', (call: Parameters<typeof replies.success>[0]) => replies.partial(call, () => 530)],
      ['poisons its request', () => replies.status(400)],
      ['fails', () => replies.status(500)],
    ])('is not settled by the result of the older one when that %s', async (_, answer) => {
      const { put, start, clevertap, clock, find } = await setUp({ latencyMs: 2000, settings: { flushMs: 0 } })
      clevertap.behave((call, number) => (number === 1 ? answer(call) : replies.success(call)))
      await start()
      await put(entryOf('a', { token: { type: 'fcm', id: 'old' } }))
      await clock.advance(600)
      await put(entryOf('a', { token: { type: 'fcm', id: 'new' } }))
      await clock.advance(30_000)
      expect(clevertap.calls.at(-1)?.records[0]?.tokenData.id).toBe('new')
      expect(clevertap.calls).toHaveLength(2)
      expect(await find('a')).toMatchObject({ state: 'accepted', attempts: 1, error: null })
      expect((await counts()).events).toMatchObject({ rejected: 0, deferred: 0, failed: 0, accepted: 1 })
    })
    it('by its own older self ends with what came last', async () => {
      const { put, start, clevertap, clock } = await setUp({ latencyMs: 2000, settings: { flushMs: 0 } })
      await start()
      for (const id of ['one', 'two', 'one']) {
        await put(entryOf('a', { token: { type: 'fcm', id } }))
        await clock.advance(300)
      }
      await clock.advance(30_000)
      expect(clevertap.delivered.map(({ tokenData }) => tokenData.id)).toEqual(['one', 'one'])
    })
    it('by a withdrawal is not sent, and stays withdrawn when an answer for it comes in', async () => {
      const { put, start, clevertap, clock, find, store } = await setUp({ latencyMs: 5000 })
      await put('a')
      await store.withdraw(account, 'a')
      await start()
      await clock.advance(2000)
      expect(clevertap.calls).toHaveLength(0)
      await put('b')
      await clock.advance(2000)
      await store.withdraw(account, 'b')
      await clock.advance(10_000)
      expect(clevertap.delivered.map(({ objectId }) => objectId)).toEqual(['b'])
      expect(await find('b')).toMatchObject({ state: 'withdrawn' })
    })
    it('by an erasure leaves no row behind when an answer for it comes in', async () => {
      const { put, start, clock, find, store } = await setUp({ latencyMs: 5000 })
      await put('a')
      await start()
      await clock.advance(2000)
      await store.erase(account, 'a')
      await clock.advance(10_000)
      expect(await find('a')).toBeUndefined()
      expect(await counts()).toMatchObject({ accepted: 0, uploading: 0, queued: { live: 0 } })
    })
  })
})
