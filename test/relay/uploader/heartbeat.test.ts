import { beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { createHeartbeat, createStaleDetector, type Heartbeat } from '../../../src/relay/uploader/heartbeat.ts'
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { createFaultyStore, type FaultyStore } from '../../faults/store.ts'

const leaseMs = 60_000
const holder = (id: string, heartbeat: number) => ({ id, heartbeat, report: '{}' })

describe('the watch', () => {
  /** Looks every 15 s, as a heartbeat does, at the heartbeats that are given for each look. */
  const look = (heartbeats: readonly number[], everyMs = 15_000): boolean[] => {
    const watch = createStaleDetector(leaseMs)
    return heartbeats.map((heartbeat, at) => watch([holder('a', heartbeat)], at * everyMs).length > 0)
  }
  it('finds a heartbeat that has stood still for the lease time, and not a moment before', () => {
    expect(look([7, 7, 7, 7, 7])).toEqual([false, false, false, false, true])
    const watch = createStaleDetector(leaseMs)
    for (let at = 0; at < leaseMs; at += 10_000) expect(watch([holder('a', 1)], at)).toEqual([])
    expect(watch([holder('a', 1)], leaseMs - 1)).toEqual([])
    expect(watch([holder('a', 1)], leaseMs)).toEqual([{ id: 'a', heartbeat: 1 }])
  })
  it('starts over when the heartbeat moves, in whatever direction', () => {
    expect(look([7, 7, 7, 7, 8, 8, 8, 8, 8])).toEqual([...Array(8).fill(false), true])
    expect(look([7, 7, 7, 7, 6, 6, 6, 6])).toEqual(Array(8).fill(false))
  })
  it('counts from the first sight: a heartbeat that it has never seen may be a minute old or a year', () => {
    const watch = createStaleDetector(leaseMs)
    expect(watch([holder('a', 1)], 1e9)).toEqual([])
    expect(watch([], 1e9 + 15_000)).toEqual([])
    expect(watch([holder('a', 1)], 1e9 + 30_000)).toEqual([])
  })
  it('finds the holders without a heartbeat', () => {
    const watch = createStaleDetector(leaseMs)
    for (let at = 0; at < 4; at++) watch([holder('dead', 3), holder('living', at)], at * 15_000)
    expect(watch([holder('dead', 3), holder('living', 4)], leaseMs)).toEqual([{ id: 'dead', heartbeat: 3 }])
  })
  it('finds nobody after a time in which it did not look itself: the machine slept, and the others with it', () => {
    const watch = createStaleDetector(leaseMs)
    watch([holder('a', 1)], 0)
    watch([holder('a', 1)], 15_000)
    expect(watch([holder('a', 1)], 3_600_000)).toEqual([])
    for (let at = 15_000; at < leaseMs; at += 15_000) expect(watch([holder('a', 1)], 3_600_000 + at)).toEqual([])
    expect(watch([holder('a', 1)], 3_600_000 + leaseMs)).toEqual([{ id: 'a', heartbeat: 1 }])
  })
})

describe('the heartbeat', () => {
  let clock: FakeClock
  let behind: Store
  let faulty: FaultyStore
  let lost: number
  let freed: number
  let heartbeat: Heartbeat
  const create = (store = faulty.store): Heartbeat =>
    createHeartbeat({
      store,
      clock,
      leaseMs,
      report: () => '{"n":1}',
      onLost: () => {
        lost++
      },
      onFreed: () => {
        freed++
      },
    })

  beforeEach(() => {
    clock = createFakeClock()
    behind = createMemoryStore({ now: clock.now })
    faulty = createFaultyStore(behind)
    lost = 0
    freed = 0
    heartbeat = create()
  })

  it('is nobody before it has joined, and somebody from then on', async () => {
    expect(heartbeat.id()).toBeUndefined()
    await heartbeat.start()
    expect(await behind.holders()).toEqual([{ id: heartbeat.id(), heartbeat: 0, report: '{"n":1}' }])
  })
  it('sends a heartbeat four times in a lease time', async () => {
    await heartbeat.start()
    await clock.advance(leaseMs)
    expect((await behind.holders())[0]?.heartbeat).toBe(4)
  })
  it('starts although the store is out of reach, and joins when it is there', async () => {
    faulty.break()
    await heartbeat.start()
    expect(heartbeat.id()).toBeUndefined()
    faulty.repair()
    await clock.advance(leaseMs / 4)
    expect(heartbeat.id()).toEqual(expect.any(String))
  })
  it('stops counting itself as alive before others may count it as dead, and is alive again with the next heartbeat', async () => {
    await heartbeat.start()
    const id = heartbeat.id()
    faulty.break(['heartbeat'])
    await clock.advance(leaseMs * 0.75 - 1)
    expect(heartbeat.id()).toBe(id)
    await clock.advance(1)
    expect(heartbeat.id()).toBeUndefined()
    faulty.repair()
    await clock.advance(leaseMs / 4)
    expect(heartbeat.id()).toBe(id)
    expect(lost).toBe(0)
  })
  it('counts from when it asked, not from when it was answered', async () => {
    await heartbeat.start()
    faulty.hold(['heartbeat'])
    await clock.advance(leaseMs * 0.74)
    faulty.release()
    await clock.rest()
    expect(heartbeat.id()).toEqual(expect.any(String))
    faulty.break(['heartbeat'])
    await clock.advance(leaseMs * 0.26)
    expect(heartbeat.id()).toBeUndefined()
  })
  it('starts again under a new id after others took over, and reports the loss once', async () => {
    await heartbeat.start()
    const id = heartbeat.id() ?? ''
    await behind.takeOver([{ id, heartbeat: 0 }])
    await clock.advance(leaseMs / 4)
    expect(lost).toBe(1)
    expect(heartbeat.id()).toEqual(expect.any(String))
    expect(heartbeat.id()).not.toBe(id)
  })
  it('takes over from one that is dead, in a lease time and a heartbeat, and says so', async () => {
    await behind.join('dead', '{}')
    await behind.put([
      {
        account: 'A',
        objectId: 'a',
        token: { type: 'fcm', id: 't' },
        priority: 'live',
        sender: 'trusted',
        replaceLive: true,
        warnings: [],
      },
    ])
    await behind.lease({ account: 'A', holder: 'dead', max: 1, flushMs: 0 })
    await heartbeat.start()
    await clock.advance(leaseMs - 1)
    expect(await behind.find('A', 'a')).toMatchObject({ state: 'uploading' })
    await clock.advance(leaseMs / 4 + 1)
    expect(await behind.find('A', 'a')).toMatchObject({ state: 'queued', attempts: 0 })
    expect(freed).toBe(1)
  })
  it('never counts itself as stale', async () => {
    await heartbeat.start()
    const id = heartbeat.id()
    await clock.advance(100 * leaseMs)
    expect(heartbeat.id()).toBe(id)
  })
  it('lets two live beside each other for as long as both heartbeat', async () => {
    const other = create(behind)
    await Promise.all([heartbeat.start(), other.start()])
    await clock.advance(100 * leaseMs)
    expect(await behind.holders()).toHaveLength(2)
    expect(lost).toBe(0)
  })
  it.each([-30, 30])('is not harmed by a wall clock that jumps by %i days', async (days) => {
    const other = create(behind)
    await Promise.all([heartbeat.start(), other.start()])
    clock.jump(days * 24 * 3_600_000)
    await clock.advance(10 * leaseMs)
    expect(await behind.holders()).toHaveLength(2)
    expect(lost).toBe(0)
  })
  it('sends a heartbeat at once when its report has changed, and then goes on as before', async () => {
    let report = 'old'
    heartbeat = createHeartbeat({
      store: behind,
      clock,
      leaseMs,
      report: () => report,
      onLost: () => {},
      onFreed: () => {},
    })
    await heartbeat.start()
    report = 'new'
    heartbeat.tell()
    heartbeat.tell()
    await clock.rest()
    expect(await behind.holders()).toEqual([{ id: heartbeat.id(), heartbeat: 2, report: 'new' }])
    expect(clock.timers).toBe(1)
    await clock.advance(leaseMs)
    expect((await behind.holders())[0]?.heartbeat).toBe(6)
    await heartbeat.stop()
    heartbeat.tell()
    await clock.rest()
    expect((await behind.holders())[0]?.heartbeat).toBe(6)
    expect(clock.timers).toBe(0)
  })
  it('does not heartbeat after it was stopped, also when that was in the middle of a heartbeat', async () => {
    await heartbeat.start()
    faulty.hold(['heartbeat'])
    await clock.advance(leaseMs / 4)
    const stopped = heartbeat.stop()
    faulty.release()
    await stopped
    const heartbeats = faulty.calls('heartbeat')
    await clock.advance(10 * leaseMs)
    expect(faulty.calls('heartbeat')).toBe(heartbeats)
    expect(clock.timers).toBe(0)
  })
})
