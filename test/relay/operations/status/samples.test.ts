import { describe, expect, it } from 'vitest'
import { createSamples } from '../../../../src/relay/operations/status/samples.ts'
import { stepsOf } from '../../../../src/relay/operations/status/steps.ts'
import { countsWith } from './sample-counts.ts'

const step = 5_000
const start = 1_000_000_000

describe('samples of the store', () => {
  it('say what happened between them, a replaced token being one that has to be uploaded', () => {
    const samples = createSamples()
    samples.add(start, countsWith({ queued: 10, replaced: 1, accepted: 5 }))
    samples.add(start + step, countsWith({ queued: 12, replaced: 4, accepted: 9, rejected: 1 }))
    const happened = samples.happened(start + step)
    expect(happened).toHaveLength(60)
    expect(happened.at(-1)).toEqual({ queued: 5, accepted: 4, rejected: 1 })
    expect(happened.at(-2)).toBeNull()
    expect(samples.lastMinute(start + step)).toEqual({ queued: 5, accepted: 4, rejected: 1 })
  })

  it('bridge one that is missing, and no more', () => {
    const samples = createSamples()
    samples.add(start, countsWith({ accepted: 1 }))
    samples.add(start + 2 * step, countsWith({ accepted: 3 }))
    samples.add(start + 9 * step, countsWith({ accepted: 9 }))
    const happened = samples.happened(start + 9 * step)
    expect(happened.at(-8)?.accepted).toBe(2)
    expect(happened.at(-1)).toBeNull()
  })

  it('never say that less than nothing happened, as when the store was exchanged', () => {
    const samples = createSamples()
    samples.add(start, countsWith({ accepted: 100 }))
    samples.add(start + step, countsWith({ accepted: 1 }))
    expect(samples.happened(start + step).at(-1)?.accepted).toBe(0)
  })

  it('know nothing of the last minute before there are two', () => {
    const samples = createSamples()
    expect(samples.lastMinute(start)).toBeNull()
    samples.add(start, countsWith())
    expect(samples.lastMinute(start)).toBeNull()
  })

  it('keep the depth of the queue, live and by the minute for a day', () => {
    const samples = createSamples()
    const deep = (live: number) => countsWith({}, { queued: { live, unproved: 0, import: 1 }, uploading: 2 })
    samples.add(start, deep(4))
    samples.add(start + 60_000, deep(7))
    expect(samples.waiting(stepsOf('live', start + 60_000)).at(-1)).toBe(10)
    expect(samples.waiting(stepsOf('hour', start + 60_000)).slice(-2)).toEqual([7, 10])
    expect(samples.waiting(stepsOf('day', start + 60_000)).at(-1)).toBe(10)
    samples.add(start + 25 * 60 * 60_000, deep(0))
    expect(samples.waiting(stepsOf('day', start + 25 * 60 * 60_000)).filter((one) => one !== null)).toEqual([3])
  })
})
