import { expect, it } from 'vitest'
import { createTroubleLog } from '../../src/relay/trouble-log.ts'

it('logs a trouble that lasts once, when its reason changes, and once a minute', () => {
  const reasons: unknown[] = []
  let now = 0
  const tell = createTroubleLog({ error: (_, fields) => void reasons.push(fields?.reason) }, () => now)
  const at = (time: number, reason: string): void => {
    now = time
    tell('store cannot be opened', { reason })
  }
  at(0, 'refused')
  at(1_000, 'refused')
  at(2_000, 'starting')
  at(3_000, 'starting')
  at(62_000, 'starting')
  expect(reasons).toEqual(['refused', 'starting', 'starting'])
})
