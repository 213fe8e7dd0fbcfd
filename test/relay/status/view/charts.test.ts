import { describe, expect, it } from 'vitest'
import { barsOf, chartKinds, cursorX, draw, numbersOf, pathOf } from '../../../../src/relay/status/view/charts.ts'
import type { Series } from '../../../../src/relay/status/view/snapshot.ts'

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

describe('a line', () => {
  it('goes from the first step at the left to the last at the right, and up with its value', () => {
    expect(pathOf([0, 5, 10], 10)).toBe('M0 100L500 50L1000 0')
  })

  it('breaks where nothing is known, and shows a value that stands alone', () => {
    expect(pathOf([1, null, 2, 3, null], 10)).toBe('M0 90m-3 0h6M500 80L750 70')
  })

  it('is closed along the bottom where it is an area', () => {
    expect(pathOf([null, 5, 5], 10, true)).toBe('M500 50L1000 50L1000 100L500 100Z')
  })

  it('of bars has none for nothing', () => {
    expect(barsOf([0, 5, null], 10)).toBe('M500 100V50')
  })

  it('of bars shows a single record beside thousands', () => {
    expect(barsOf([1], 10_000)).toBe('M0 100V94')
  })
})

describe('a chart', () => {
  it('has a top that is easy to read, and is not filled by a single record', () => {
    expect(draw(flow, series({ queued: [1, 0, 0, 0, 0] }), null).top).toBe('10')
    expect(draw(flow, series({ queued: [0, 41, 0, 0, 0] }), null).top).toBe('50')
    expect(draw(queue, series({ waiting: [0, 12_345, 0, 0, 0] }), null).top).toBe('15,000')
    expect(draw(latency, series({ latencyP95Ms: [0, 180, 0, 0, 0] }), null).top).toBe('200 ms')
  })

  it('leaves out the step that has only begun, and still counts it', () => {
    const { paths, legend } = draw(flow, series({ accepted: [10, 10, 10, 10, 1] }), null)
    expect(paths.accepted).toBe('M0 0L250 0L500 0L750 0')
    expect(legend.accepted).toBe('41')
  })

  it('shows the step that is pointed at, the sum, or the last value that is known', () => {
    const some = series({ accepted: [1, 2, 3, 4, 5], waiting: [7, 8, null, 9, null] })
    expect(draw(flow, some, 2).legend.accepted).toBe('3')
    expect(draw(flow, some, null).legend.accepted).toBe('15')
    expect(draw(queue, some, null).legend.waiting).toBe('9')
    expect(draw(queue, some, 2).legend.waiting).toBe('–')
    expect(cursorX(2, some)).toBe(500)
  })

  it('says from when on it is known what the store does not keep', () => {
    expect(draw(queue, series({ waiting: [null, null, null, 5, 5] }), null).gap).toBe('known for the last 2 min')
    expect(draw(queue, series({ waiting: [1, 1, 1, 1, 1] }), null).gap).toBe('')
    expect(draw(flow, series(), null).gap).toBe('')
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
