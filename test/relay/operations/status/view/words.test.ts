import { describe, expect, it } from 'vitest'
import {
  ago,
  clock,
  count,
  counted,
  duration,
  latency,
  share,
} from '../../../../../src/relay/operations/status/view/words.ts'

describe('numbers in words', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
  ])('writes the number %i with separators as %s', (n, said) => expect(count(n)).toBe(said))

  it('one is one, and everything else is many', () => {
    expect([counted(0, 'record'), counted(1, 'record'), counted(2, 'process', 'processes')]).toEqual([
      '0 records',
      '1 record',
      '2 processes',
    ])
  })

  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [3_600_000, '1 h'],
    [4_800_000, '1 h 20 min'],
    [36_000_000, '10 h'],
    [86_400_000, '1 d'],
    [97_200_000, '1 d 3 h'],
    [864_000_000, '10 d'],
    [-5, '0 s'],
  ])('writes a duration of %i ms as %s', (ms, said) => expect(duration(ms)).toBe(said))

  it('what happened less than a second ago happened now, and so did the future', () => {
    expect([ago(5_000, 5_999), ago(5_000, 6_000), ago(9_000, 6_000)]).toEqual(['now', '1 s ago', 'now'])
  })

  it.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [1_000, '1.0 s'],
    [9_900, '9.9 s'],
    [30_000, '30 s'],
  ])('a latency of %d ms is %s', (ms, said) => expect(latency(ms)).toBe(said))

  it.each([
    [0, 0, '0 %'],
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [1, 100_000, '0.1 %'],
    [99_999, 100_000, '99.9 %'],
    [30, 100, '30 %'],
    [1, 20, '5.0 %'],
  ])('%i of %i is %s, never rounded to all or nothing', (part, whole, said) => expect(share(part, whole)).toBe(said))

  it('a time of day says its zone where it is not the reader’s', () => {
    const at = Date.UTC(2026, 10, 23, 3, 4, 5)
    expect(clock(at, { zone: 'UTC' })).toBe('03:04 UTC')
    expect(clock(at, { zone: 'UTC', seconds: true })).toBe('03:04:05 UTC')
  })

  it.each([0, 1, 12, 13, 23])('a time of day at %i h is the reader’s own, in 24 hours', (hour) => {
    const at = new Date(2026, 10, 23, hour, 4, 5).getTime()
    const hours = String(hour).padStart(2, '0')
    expect(clock(at)).toBe(`${hours}:04`)
    expect(clock(at, { seconds: true })).toBe(`${hours}:04:05`)
  })
})
