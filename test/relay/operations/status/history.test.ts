import { describe, expect, it } from 'vitest'
import { createHistory } from '../../../../src/relay/operations/status/history.ts'
import { stepsOf } from '../../../../src/relay/operations/status/steps.ts'
import type { Minute } from '../../../../src/relay/store/port.ts'

const minute = 60_000
const now = 1_000_000 * minute + 30_000
const at = (minutesAgo: number): number => now - 30_000 - minutesAgo * minute

const recordingStore = (minutes: Minute[]) => {
  const asked: number[] = []
  return {
    asked,
    minutes,
    history: async (_account: string, since: number) => {
      asked.push(since)
      return minutes.filter((one) => one.at >= since)
    },
  }
}

describe('the history of a day', () => {
  it('adds minutes up by step, and tells them from quiet ones', async () => {
    const store = recordingStore([
      { at: at(12), events: { queued: 1, replaced: 2, accepted: 3 } },
      { at: at(3), events: { rejected: 4, deferred: 5 } },
      { at: at(0), events: { accepted: 6 } },
    ])
    const history = createHistory(store, 'a')
    await history.refresh(now)
    const hour = history.happened(stepsOf('hour', now))
    expect(hour).toHaveLength(60)
    expect(hour.at(-13)).toEqual({ queued: 3, accepted: 3, rejected: 0 })
    expect(hour.at(-1)).toEqual({ queued: 0, accepted: 6, rejected: 0 })
    expect(hour.at(-2)).toEqual({ queued: 0, accepted: 0, rejected: 0 })
    expect(history.happened(stepsOf('day', now)).reduce((sum, { accepted }) => sum + accepted, 0)).toBe(9)
    expect(history.sum(now - 60 * minute)).toEqual({ queued: 3, accepted: 9, rejected: 4 })
    expect(history.since(now - 60 * minute, 'deferred')).toBe(5)
    expect(history.since(now - minute, 'deferred')).toBe(0)
  })

  it('asks for a day once, and then for the last two minutes, which may still grow', async () => {
    const store = recordingStore([{ at: at(1), events: { accepted: 1 } }])
    const history = createHistory(store, 'a')
    await history.refresh(now)
    store.minutes[0] = { at: at(1), events: { accepted: 5 } }
    await history.refresh(now + 2_000)
    expect(store.asked).toEqual([at(24 * 60), at(1)])
    expect(history.sum(at(10)).accepted).toBe(5)
  })

  it('asks for what it has missed when nobody has looked for an hour', async () => {
    const store = recordingStore([])
    const history = createHistory(store, 'a')
    await history.refresh(now)
    store.minutes.push({ at: at(-5), events: { accepted: 7 } })
    await history.refresh(now + 60 * minute)
    expect(history.sum(at(0)).accepted).toBe(7)
  })

  it('forgets after a day', async () => {
    const store = recordingStore([{ at: at(0), events: { accepted: 1 } }])
    const history = createHistory(store, 'a')
    await history.refresh(now)
    await history.refresh(now + 25 * 60 * minute)
    expect(history.sum(0).accepted).toBe(0)
  })

  it('stays as it was when the store does not answer, and misses nothing afterwards', async () => {
    const store = recordingStore([{ at: at(2), events: { accepted: 1 } }])
    let broken = false
    const history = createHistory(
      { history: async (...given) => (broken ? Promise.reject(new Error('gone')) : store.history(...given)) },
      'a',
    )
    await history.refresh(now)
    broken = true
    await expect(history.refresh(now + 5 * minute)).rejects.toThrow('gone')
    expect(history.sum(0).accepted).toBe(1)
    broken = false
    store.minutes.push({ at: at(-3), events: { accepted: 2 } })
    await history.refresh(now + 10 * minute)
    expect(history.sum(0).accepted).toBe(3)
  })
})
