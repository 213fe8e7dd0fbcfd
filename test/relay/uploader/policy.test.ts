import { describe, expect, it } from 'vitest'
import {
  aloneAfter,
  backOffMs,
  deferralMs,
  failedWaitMs,
  farthestDueMs,
  maxBatchOf,
  suspectAfter,
} from '../../../src/relay/uploader/policy.ts'

const minute = 60_000
const hour = 60 * minute
const rules = {
  retryBaseMs: 1000,
  retryMaxMs: 300_000,
  deferMs: [minute, 10 * minute, hour, 6 * hour, 24 * hour],
}
const highest = (): number => 1 - Number.EPSILON

describe('farthestDueMs', () => {
  it('is the default for the usual waits, and a day more than the longest beyond those', () => {
    expect(farthestDueMs(rules)).toBeUndefined()
    expect(farthestDueMs({ deferMs: [] })).toBeUndefined()
    expect(farthestDueMs({ deferMs: [7 * 24 * hour] })).toBeUndefined()
    expect(farthestDueMs({ deferMs: [minute, 30 * 24 * hour, hour] })).toBe(31 * 24 * hour)
  })
})

describe('backOffMs', () => {
  it.each([
    [0, 1000],
    [1, 2000],
    [2, 4000],
    [8, 256_000],
    [9, 300_000],
    [40, 300_000],
    [1e9, 300_000],
  ])('after %i tries is anywhere under %i ms: exponential, capped', (tries, ceiling) => {
    expect(backOffMs(tries, rules, highest)).toBe(ceiling)
    expect(backOffMs(tries, rules, () => 0.5)).toBe(ceiling / 2)
    expect(backOffMs(tries, rules, () => 0)).toBe(0)
  })
  it('is spread evenly from nothing to the ceiling: full jitter', () => {
    let drawn = 0
    const waits = Array.from({ length: 1000 }, () => backOffMs(3, rules, () => drawn++ / 1000))
    for (const quarter of [0, 1, 2, 3])
      expect(waits.filter((wait) => wait >= quarter * 2000 && wait < (quarter + 1) * 2000)).toHaveLength(250)
  })
  it('does not overflow, whatever the base', () => {
    expect(backOffMs(1e6, { retryBaseMs: 86_400_000, retryMaxMs: 86_400_000 }, highest)).toBe(86_400_000)
    expect(backOffMs(1e6, { retryBaseMs: 1, retryMaxMs: 1 }, highest)).toBe(1)
  })
})

describe('deferralMs', () => {
  it.each([523, 526, 530, 555])('puts code %i off on the schedule, then refuses it for good', (code) => {
    const waits = [0, 1, 2, 3, 4, 5, 6].map((deferrals) => deferralMs(code, deferrals, rules))
    expect(waits).toEqual([...rules.deferMs, undefined, undefined])
  })
  it.each([0, 400, 413, 500, 509, 522, 524, 525, 527, 529, 531, 532, 533, 534, 535, 554, 556])(
    'refuses code %i for good at once',
    (code) => {
      expect(deferralMs(code, 0, rules)).toBeUndefined()
    },
  )
  it('refuses at once where the schedule is empty', () => {
    expect(deferralMs(530, 0, { ...rules, deferMs: [] })).toBeUndefined()
  })
})

describe('maxBatchOf', () => {
  it('shrinks by half with each failure from the first suspicion on, down to one', () => {
    const failures = Array.from({ length: 11 }, (_, at) => at)
    expect(failures.map((count) => maxBatchOf(count, 100))).toEqual([100, 100, 50, 25, 12, 6, 3, 1, 1, 1, 1])
  })
  it.each([1, 2, 3, 7, 99, 100])('is one for a record that has failed %i times more than enough', (max) => {
    expect(maxBatchOf(aloneAfter, max)).toBe(1)
    expect(maxBatchOf(1e6, max)).toBe(1)
    expect(maxBatchOf(0, max)).toBe(max)
  })
})

describe('failedWaitMs', () => {
  const wait = (failures: number, blamed: boolean, accountWaitMs = 8000): number =>
    failedWaitMs({ failures, blamed, accountWaitMs }, rules, highest)

  it('keeps the order while nobody is suspected: due as soon as the account is', () => {
    for (let failures = 1; failures < suspectAfter; failures++) expect(wait(failures, true)).toBe(0)
  })
  it('lets others go before a suspect when the account is tried again', () => {
    for (const failures of [suspectAfter, suspectAfter + 1, aloneAfter])
      expect(wait(failures, true)).toBe(8000 + 50 + 1000)
  })
  it('makes one that has failed alone wait longer each time', () => {
    expect(wait(aloneAfter + 1, true)).toBe(8000 + 50 + 2000)
    expect(wait(aloneAfter + 3, true)).toBe(8000 + 50 + 8000)
    expect(wait(aloneAfter + 30, true)).toBe(8000 + 50 + 300_000)
  })
  it('costs a record that is not blamed nothing but its place in the next try', () => {
    for (const failures of [0, 1, suspectAfter, aloneAfter]) expect(wait(failures, false)).toBe(8000 + 50)
  })
})
