import { expect, it } from 'vitest'
import type { LeasedEntry } from '../../../src/relay/store/port.ts'
import { createPreparer } from '../../../src/relay/uploader/send.ts'

const entry = (objectId: string): LeasedEntry => ({
  objectId,
  generation: 1,
  token: { type: 'chrome', id: `token-of-${objectId}`, keys: { p256dh: 'abcd', auth: 'ab' } },
  priority: 'live',
  attempts: 0,
  deferrals: 0,
  failures: 0,
  receivedAt: 0,
})

it('makes of a batch, once, the records and the body that says the same', () => {
  const prepare = createPreparer('padded')
  const batch = [entry('a'), entry('b')]
  const { records, body } = prepare(batch)
  expect(records.map(({ objectId, tokenData }) => [objectId, tokenData.keys?.auth])).toEqual([
    ['a', 'ab=='],
    ['b', 'ab=='],
  ])
  expect(JSON.parse(body)).toEqual({ d: records })
  expect(prepare(batch)).toBe(prepare(batch))
  expect(prepare([entry('a')]).records).toHaveLength(1)
})
