import { expect, it } from 'vitest'
import { progressLine } from '../support/progress-reporter.ts'

it('says how many test files are done, how long it took, and how many failed', () => {
  expect(progressLine(40, 310, 0, 65_000)).toBe('40 of 310 test files after 1:05\n')
  expect(progressLine(310, 310, 2, 600_000)).toBe('310 of 310 test files after 10:00, 2 failed\n')
})
