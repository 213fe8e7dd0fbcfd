import { beforeEach, describe, expect, it } from 'vitest'
import type { Completion, Store } from '../../../src/relay/store/port.ts'
import { createOutcomeWriter, type OutcomeWriter } from '../../../src/relay/uploader/outcome-writer.ts'
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { createFaultyStore, type FaultyStore } from '../../faults/store.ts'

const account = 'A'
let clock: FakeClock
let store: Store
let faulty: FaultyStore
let writer: OutcomeWriter
let written: number

beforeEach(async () => {
  clock = createFakeClock()
  store = createMemoryStore({ now: clock.now })
  faulty = createFaultyStore(store)
  written = 0
  writer = createOutcomeWriter(faulty.store, clock, () => {
    written++
  })
  for (const holder of ['h1', 'h2']) await store.join(holder, '{}')
})

const lease = async (holder: string, ...objectIds: string[]): Promise<Completion[]> => {
  const rest = { priority: 'live', sender: 'trusted', replaceLive: true, warnings: [] } as const
  await store.put(objectIds.map((objectId) => ({ account, objectId, token: { type: 'fcm', id: objectId }, ...rest })))
  const leased = await store.lease({ account, holder, max: 100, flushMs: 0 })
  const entries = 'entries' in leased ? leased.entries : []
  return entries.map(({ objectId, generation }) => ({ account, objectId, generation, outcome: { kind: 'accepted' } }))
}
const states = async (...objectIds: string[]): Promise<(string | undefined)[]> =>
  Promise.all(objectIds.map(async (objectId) => (await store.find(account, objectId))?.state))

describe('the writer', () => {
  it('writes what it is given, and says when all of it is written', async () => {
    writer.add('h1', await lease('h1', 'a', 'b'))
    expect(writer.pending()).toBe(2)
    await writer.drained()
    expect(writer.pending()).toBe(0)
    expect(await states('a', 'b')).toEqual(['accepted', 'accepted'])
    expect(written).toBe(1)
  })
  it('writes together what comes while a write is under way', async () => {
    const results = await lease('h1', 'a', 'b', 'c', 'd')
    faulty.hold(['complete'])
    for (const result of results) writer.add('h1', [result])
    expect(writer.pending()).toBe(4)
    faulty.release()
    await writer.drained()
    expect(faulty.calls('complete')).toBe(2)
    expect(await states('a', 'b', 'c', 'd')).toEqual(Array(4).fill('accepted'))
  })
  it('writes together what may wait and comes within three milliseconds', async () => {
    const results = await lease('h1', 'a', 'b', 'c')
    for (const result of results.slice(0, 2)) writer.addSoon('h1', [result])
    await clock.rest()
    expect([writer.pending(), faulty.calls('complete')]).toEqual([2, 0])
    await clock.advance(2)
    writer.addSoon('h1', results.slice(2))
    await clock.advance(1)
    expect(faulty.calls('complete')).toBe(1)
    expect(await states('a', 'b', 'c')).toEqual(Array(3).fill('accepted'))
    expect(clock.timers).toBe(0)
  })
  it.each([
    ['something comes that may not wait', async (more: Completion[]) => writer.add('h1', more)],
    ['somebody waits for the end', () => writer.drained()],
  ])('does not wait any longer when %s', async (_, hurry) => {
    const [first, ...more] = await lease('h1', 'a', 'b')
    writer.addSoon('h1', first ? [first] : [])
    await hurry(more)
    await writer.drained()
    expect(await states('a')).toEqual(['accepted'])
    expect([writer.pending(), clock.timers]).toEqual([0, 0])
  })
  it('tries again and again when the store refuses, and loses nothing', async () => {
    faulty.break(['complete'])
    writer.add('h1', await lease('h1', 'a'))
    await clock.advance(60_000)
    writer.add('h1', await lease('h1', 'b'))
    expect(writer.pending()).toBe(2)
    expect(await states('a', 'b')).toEqual(['uploading', 'uploading'])
    faulty.repair()
    await clock.advance(500)
    expect(await states('a', 'b')).toEqual(['accepted', 'accepted'])
    expect(writer.pending()).toBe(0)
  })
  it('counts a result once while it waits for the next try', async () => {
    faulty.break(['complete'])
    writer.add('h1', await lease('h1', 'a', 'b', 'c'))
    await clock.rest()
    expect(writer.pending()).toBe(3)
  })
  it('does no harm by writing again what was written when only the answer was lost', async () => {
    faulty.loseAnswers(['complete'])
    writer.add('h1', await lease('h1', 'a'))
    await clock.advance(1200)
    faulty.repair()
    await clock.advance(500)
    expect(await states('a')).toEqual(['accepted'])
    expect((await store.counts(account)).events.accepted).toBe(1)
  })
  it('keeps the results of one holder apart from those of another', async () => {
    const first = await lease('h1', 'a')
    const second = await lease('h2', 'b')
    faulty.break(['complete'])
    writer.add('h1', first)
    writer.add('h2', second)
    await clock.rest()
    faulty.repair()
    await clock.advance(500)
    expect(await states('a', 'b')).toEqual(['accepted', 'accepted'])
  })
  it('gives up when the store was closed, and leaves no timer behind', async () => {
    const results = await lease('h1', 'a')
    await store.close()
    writer.add('h1', results)
    await writer.drained()
    expect(writer.pending()).toBe(0)
    expect(clock.timers).toBe(0)
  })
  it('writes nothing for an empty list of outcomes', async () => {
    writer.add('h1', [])
    await writer.drained()
    expect(faulty.calls('complete')).toBe(0)
  })
})
