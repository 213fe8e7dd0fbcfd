import { describe, expect, it } from 'vitest'
import { othersOf } from '../../../../src/relay/operations/status/other-processes.ts'

const holder = (id: string, report: string) => ({ id, heartbeat: 1, report })

describe('the other processes', () => {
  it('are all holders but this one, as they say of themselves', () => {
    const report = JSON.stringify({ a: { upload: 'failing', inFlight: 2 }, b: { upload: 'ok', inFlight: 1 } })
    const found = othersOf([holder('me', report), holder('you', report)], 'me', 'a')
    expect(found).toEqual([{ name: expect.stringMatching(/^[0-9a-f]{8}$/), state: 'failing', inFlight: 2 }])
  })

  it('are all holders while this one is none', () => {
    expect(othersOf([holder('x', '{}')], undefined, 'a')).toHaveLength(1)
  })

  it.each(['', 'null', '[]', '{"a":7}', '{"a":{"upload":"no","inFlight":"many"}}', '{"a":{"inFlight":-1}}'])(
    'are listed whatever they say (%s)',
    (report) => {
      expect(othersOf([holder('x', report)], 'me', 'a')).toMatchObject([{ state: 'ok', inFlight: 0 }])
    },
  )
})
