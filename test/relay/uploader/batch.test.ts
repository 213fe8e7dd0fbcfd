import { describe, expect, it } from 'vitest'
import type { LeasedEntry } from '../../../src/relay/store/port.ts'
import {
  type Batch,
  failedOutcome,
  halves,
  isAlone,
  outcomeOf,
  probeOf,
  splitIntoBatches,
} from '../../../src/relay/uploader/batch.ts'

const rules = { retryBaseMs: 1000, retryMaxMs: 300_000, deferMs: [60_000, 600_000] }
const now = 1_800_000_000_000
const entry = (objectId: string, more: Partial<LeasedEntry> = {}): LeasedEntry => ({
  objectId,
  generation: 1,
  token: { type: 'fcm', id: objectId },
  priority: 'live',
  attempts: 0,
  deferrals: 0,
  failures: 0,
  receivedAt: now,
  ...more,
})
const many = (count: number, failures = 0): LeasedEntry[] =>
  Array.from({ length: count }, (_, at) => entry(`${failures}-${at}`, { failures }))
const sizes = (batches: readonly Batch[]): number[] => batches.map((batch) => batch.length)
const ids = (batches: readonly Batch[]): string[] => batches.flat().map(({ objectId }) => objectId)

describe('splitIntoBatches', () => {
  it.each([
    [1, 100, [1]],
    [100, 100, [100]],
    [101, 100, [100, 1]],
    [5, 2, [2, 2, 1]],
    [0, 100, []],
  ])('cuts %i rows into requests of at most %i, in their order', (count, max, expected) => {
    const rows = many(count)
    expect(sizes(splitIntoBatches(rows, max))).toEqual(expected)
    expect(ids(splitIntoBatches(rows, max))).toEqual(ids([rows]))
  })
  it.each([
    [1, [100]],
    [2, [50, 50]],
    [3, [25, 25, 25, 25]],
    [7, Array.from({ length: 100 }, () => 1)],
    [50, Array.from({ length: 100 }, () => 1)],
  ])('puts rows that were blamed %i times into smaller batches', (failures, expected) => {
    expect(sizes(splitIntoBatches(many(100, failures), 100))).toEqual(expected)
  })
  it('keeps suspects apart from those that are none, and loses nobody', () => {
    const mixed = [...many(3), ...many(30, 3), ...many(3, 1), ...many(2, 9)]
    const batches = splitIntoBatches(mixed, 100)
    expect(sizes(batches)).toEqual([6, 25, 5, 1, 1])
    expect(ids(batches).sort()).toEqual(ids([mixed]).sort())
  })
})

describe('halves', () => {
  it.each([
    [2, [1, 1]],
    [3, [2, 1]],
    [100, [50, 50]],
  ])('splits a refused batch of %i rows', (count, expected) => {
    const rows = many(count)
    expect(sizes(halves(rows))).toEqual(expected)
    expect(ids(halves(rows))).toEqual(ids([rows]))
  })
  it('end at one row after seven steps from a hundred', () => {
    let batch: Batch = many(100)
    let steps = 0
    for (; batch.length > 1; steps++) batch = halves(batch)[0] ?? []
    expect(steps).toBe(7)
  })
})

describe('isAlone', () => {
  it('is a request with one record that failed so often that it has been alone before', () => {
    expect(isAlone(many(1, 8))).toBe(true)
    expect(isAlone(many(1, 7))).toBe(false)
    expect(isAlone(many(2, 8))).toBe(false)
    expect(isAlone([])).toBe(false)
  })
})

describe('outcomeOf', () => {
  const error = { code: 530, message: 'not live' }
  it('accepts what was accepted', () => {
    expect(outcomeOf({ kind: 'accepted' }, entry('a', { deferrals: 9 }), rules, now)).toEqual({ kind: 'accepted' })
  })
  it('defers on the schedule, from now on, and then rejects with code and text', () => {
    const outcomes = [0, 1, 2].map((deferrals) =>
      outcomeOf({ kind: 'refused', error }, entry('a', { deferrals }), rules, now),
    )
    expect(outcomes).toEqual([
      { kind: 'deferred', dueAt: now + 60_000, error },
      { kind: 'deferred', dueAt: now + 600_000, error },
      { kind: 'rejected', error },
    ])
  })
  it('rejects every other code at once', () => {
    const final = { code: 535, message: 'bad' }
    expect(outcomeOf({ kind: 'refused', error: final }, entry('a'), rules, now)).toEqual({
      kind: 'rejected',
      error: final,
    })
  })
})

describe('failedOutcome', () => {
  it('counts the failure that it is told to blame', () => {
    const suspect = entry('a', { failures: 2 })
    const chance = (): number => 0.5
    expect(failedOutcome(suspect, { blamed: true, accountWaitMs: 100 }, rules, now, chance)).toEqual({
      kind: 'failed',
      dueAt: now + 100 + 50 + 500,
      blamed: true,
    })
    expect(failedOutcome(suspect, { blamed: false, accountWaitMs: 100 }, rules, now, chance)).toEqual({
      kind: 'failed',
      dueAt: now + 100 + 50,
      blamed: false,
    })
  })
})

describe('the record that finds out about an account', () => {
  const entries = [
    entry('alone', { failures: 9 }),
    entry('a'),
    entry('suspect', { failures: 2 }),
    entry('b'),
    entry('c'),
  ]

  it.each([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
    [3, 'a'],
  ])('is one that is suspected least, after %i tries: %s', (tries, expected) => {
    expect(probeOf(entries, tries)?.objectId).toBe(expected)
  })
  it('is one at fault when there is no other, and nothing when there is nothing', () => {
    expect(probeOf([entry('alone', { failures: 9 })], 5)?.objectId).toBe('alone')
    expect(probeOf([], 5)).toBeUndefined()
  })
})
