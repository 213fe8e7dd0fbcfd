import { describe, expect, it } from 'vitest'
import {
  chartKinds,
  countedOf,
  loneOf,
  numbersOf,
  pointsOf,
  summaryOf,
  wordsOf,
} from '../../../../../src/relay/operations/status/view/charts.ts'
import type { Series } from '../../../../../src/relay/operations/status/view/snapshot.ts'

const [flow, queue, latency] = chartKinds
if (!flow || !queue || !latency) throw new Error('a kind of chart is gone')
const none = [null, null, null, null, null]
const series = (more: Partial<Series> = {}): Series => ({
  startsAt: 0,
  stepMs: 60_000,
  queued: [0, 0, 0, 0, 0],
  accepted: [0, 0, 0, 0, 0],
  rejected: [0, 0, 0, 0, 0],
  waiting: none,
  latencyP50Ms: none,
  latencyP95Ms: none,
  ...more,
})

describe('what is drawn', () => {
  it('has the time of every step, and leaves out the one that has only begun to count', () => {
    const [times, ...lines] = pointsOf(flow, series({ startsAt: 7, accepted: [10, 20, 30, 40, 1] }))
    expect(times).toEqual([7, 60_007, 120_007, 180_007, 240_007])
    expect(lines[0]).toEqual([10, 20, 30, 40, null])
  })

  it('keeps the last step of what is measured and not counted', () => {
    expect(pointsOf(queue, series({ waiting: [null, 5, null, 0, 8] }))[1]).toEqual([null, 5, null, 0, 8])
  })

  it('lays broken lines on whole ones, and what was rejected on all', () => {
    const some = series({ queued: [1, 1, 1, 1, 1], accepted: [2, 2, 2, 2, 2], rejected: [3, 3, 3, 3, 3] })
    const [, ...lines] = pointsOf(flow, some)
    expect(lines.map(([first]) => first)).toEqual([2, 1, 3])
  })

  it('marks values that no line leads to', () => {
    expect(loneOf([1, null, 2, 3, null, 0])).toEqual([0, 5])
    expect(loneOf([null, null])).toEqual([])
  })

  it('marks every step in which something was rejected, and no other', () => {
    expect(countedOf([0, 5, null, 1, 0])).toEqual([1, 3])
  })
})

describe('the words around a chart', () => {
  it('count the step that has only begun', () => {
    expect(wordsOf(flow, series({ accepted: [10, 10, 10, 10, 1] }), null).legend.accepted).toBe('41')
  })

  it('are of the step that is pointed at, the sum, or the last value that is known', () => {
    const some = series({ accepted: [1, 2, 3, 4, 5], waiting: [7, 8, null, 9, null] })
    expect(wordsOf(flow, some, 2).legend.accepted).toBe('3')
    expect(wordsOf(flow, some, null).legend.accepted).toBe('15')
    expect(wordsOf(queue, some, null).legend.waiting).toBe('9')
    expect(wordsOf(queue, some, 2).legend.waiting).toBe('–')
  })

  it('say from when on it is known what the store does not keep', () => {
    expect(wordsOf(queue, series({ waiting: [null, null, null, 5, 5] }), null).gap).toBe('known for the last 2 min')
    expect(wordsOf(queue, series({ waiting: [1, 1, 1, 1, 1] }), null).gap).toBe('')
    expect(wordsOf(flow, series(), null).gap).toBe('')
  })

  it('sum the chart up for those who do not see it', () => {
    expect(summaryOf(flow, series({ queued: [1, 2, 3, 4, 5], accepted: [0, 0, 0, 1_234, 0] }), 'hour')).toBe(
      'Records from 1 h ago to now. Queued 15, at most 5 a minute; Accepted 1,234, at most 1,234 a minute; Rejected 0, at most 0 a minute.',
    )
    expect(summaryOf(latency, series({ latencyP50Ms: [null, 80, 900, 70, null] }), 'day')).toBe(
      'Upload latency from 24 h ago to now. Median 70 ms, at most 900 ms; 95 of 100 within unknown.',
    )
  })
})

describe('the table of numbers', () => {
  it('has every step, the latest first, and a dash for what is not known', () => {
    const rows = numbersOf(series({ accepted: [1, 2, 3, 4, 5], waiting: [null, null, null, null, 6] }), String)
    expect(rows).toHaveLength(5)
    expect(rows[0]).toEqual(['240000', '0', '5', '0', '6', '–', '–'])
    expect(rows[4]?.[0]).toBe('0')
  })
})
