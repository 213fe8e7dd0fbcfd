import { describe, expect, it } from 'vitest'
import { recordFor } from '../../../src/relay/clevertap/record.ts'
import type { Token } from '../../../src/wire/record.ts'

const bytes = (length: number): string => Buffer.alloc(length, 4).toString('base64url')
const web: Token = { type: 'chrome', id: 'f:AP', keys: { p256dh: bytes(65), auth: bytes(16) } }

describe('recordFor', () => {
  it('writes keys URL-safe and padded, as the documented samples are', () => {
    const { keys } = recordFor('a', web, 'padded').tokenData
    expect(keys).toEqual({ p256dh: `${bytes(65)}=`, auth: `${bytes(16)}==` })
    expect([keys?.p256dh.length, keys?.auth.length]).toEqual([88, 24])
  })
  it('writes them bare where that is asked for', () => {
    expect(recordFor('a', web, 'unpadded').tokenData.keys).toEqual(web.keys)
  })
  it('sends the documented members and nothing else, in the documented shape', () => {
    expect(Object.entries(recordFor('a', web, 'padded')).map(([name]) => name)).toEqual([
      'type',
      'tokenData',
      'objectId',
    ])
    expect(recordFor('__a', { type: 'fcm', id: 't' }, 'padded')).toEqual({
      type: 'token',
      tokenData: { id: 't', type: 'fcm' },
      objectId: '__a',
    })
  })
  it('does not send members that somebody hung on to the token', () => {
    const token = { ...web, endpoint: 'https://example.com', keys: { ...web.keys, more: 1 } } as unknown as Token
    const { tokenData } = recordFor('a', token, 'unpadded')
    expect(Object.keys(tokenData)).toEqual(['id', 'type', 'keys'])
    expect(Object.keys(tokenData.keys ?? {})).toEqual(['p256dh', 'auth'])
  })
})
