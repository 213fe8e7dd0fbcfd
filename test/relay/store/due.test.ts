import { expect, it } from 'vitest'
import { takeDue } from '../../../src/relay/store/rules/due.ts'

const now = 10_000
const young = now - 100
const old = now - 1_000
const asked = { max: 3, flushMs: 1_000, now }

it.each([
  ['nothing is due and nothing waits', [], null, { waitMs: null }],
  ['nothing is due and something waits', [], now + 700, { waitMs: 700 }],
  ['a part of a batch is young', [young, young], null, { waitMs: 900 }],
  ['a part of a batch is young and another row is due before it is old', [young], now + 200, { waitMs: 200 }],
  ['one row of a part is old', [young, old], null, { rows: 2 }],
  ['a row became due in the future, because a clock was set back', [young, now + 5_000], null, { rows: 2 }],
  ['a batch is full, however young', [young, young, young], null, { rows: 3 }],
  ['a batch is full and the rest is young', [old, young, young, young, young], null, { rows: 3 }],
  ['a batch is full and the rest is old', [young, young, young, old], null, { rows: 4 }],
  ['two batches are full', [young, young, young, young, young, young], now + 1, { rows: 6 }],
])('decides when a batch is due: %s', (_, readyAts, nextDueAt, expected) => {
  expect(takeDue(readyAts, nextDueAt, asked)).toEqual(expected)
})
