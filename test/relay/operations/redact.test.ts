import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../../src/relay/keys/fingerprint.ts'
import { redact } from '../../../src/relay/operations/redact.ts'
import { StoreError } from '../../../src/relay/store/errors.ts'

describe('the redaction policy', () => {
  it('lets numbers, booleans and listed texts through', () => {
    const fields = { account: 'A', status: 200, ok: true, none: null, tookMs: 1.5, code: 'not_found' }
    expect(redact({ ...fields, left: undefined })).toEqual(fields)
  })

  it('drops every string and object that is not listed, and names it', () => {
    const fields = {
      passcode: 'marked',
      key: 'marked',
      apiKey: 'marked',
      ticket: 'marked',
      registrationKey: 'marked',
      auth: 'marked',
      authorization: 'marked',
      url: 'https://a.example/marked',
      body: { id: 'marked' },
      headers: ['marked'],
      config: () => 'marked',
      status: 1,
    }
    const { status, ...secret } = fields
    expect(redact(fields)).toEqual({ status, dropped: Object.keys(secret) })
  })

  it('shows a fingerprint of ids, and of an endpoint the host', () => {
    expect(redact({ objectId: 'marked-1', tokenId: 'marked-2' })).toEqual({
      objectId: fingerprint('marked-1'),
      tokenId: fingerprint('marked-2'),
    })
    expect(fingerprint('marked-1')).toMatch(/^[0-9a-f]{8}$/)
    expect(redact({ endpoint: 'https://fcm.googleapis.com/fcm/send/marked' })).toEqual({
      endpoint: 'fcm.googleapis.com',
    })
    expect(redact({ endpoint: 'marked' })).toEqual({ endpoint: 'unreadable' })
  })

  it('shows of an error its name, code and place, and the message only where it is our own', () => {
    const cause = Object.assign(new Error('UNIQUE marked'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
    const own = redact({ error: new StoreError('unavailable', 'the disk is full', cause) })
    expect(own).toMatchObject({
      error: {
        name: 'StoreError',
        code: 'unavailable',
        message: 'the disk is full',
        at: expect.arrayContaining([expect.stringMatching(/^at .*redact\.test\.ts/)]),
        cause: { name: 'Error', code: 'ERR_SQLITE_ERROR', errcode: 13 },
      },
    })
    expect(JSON.stringify(own)).not.toContain('marked')
  })

  it.each([
    new SyntaxError('Unexpected token m, "marked" is not valid JSON'),
    new Error('marked\n    at marked (marked:1:1)'),
    new TypeError('x', { cause: new Error('marked', { cause: 'marked' }) }),
    'marked',
    { message: 'marked' },
  ])('hides the message of another library’s error: %#', (error) => {
    expect(JSON.stringify(redact({ error }))).not.toContain('marked')
  })

  it('truncates long strings', () => {
    expect(redact({ detail: 'x'.repeat(1000) })).toEqual({ detail: 'x'.repeat(300) })
  })
})
