import { describe, expect, it } from 'vitest'
import { meaningOf } from '../../../src/relay/clevertap/code-meanings.ts'
import type { Answer } from '../../../src/relay/clevertap/exchange.ts'
import { type RecordVerdict, readAnswer, readRetryAfter, type Verdict } from '../../../src/relay/clevertap/outcome.ts'
import type { TokenRecord } from '../../../src/wire/record.ts'

const now = Date.UTC(2026, 10, 23, 12)
const auth = 'hu8pWm-9Zy4t_MfGA7T3bg'
const sent: readonly TokenRecord[] = [
  { type: 'token', tokenData: { id: 'token-of-a', type: 'fcm' }, objectId: 'a' },
  {
    type: 'token',
    tokenData: { id: 'b:APA91', type: 'chrome', keys: { p256dh: 'BPub', auth: `${auth}==` } },
    objectId: 'b',
  },
  { type: 'token', tokenData: { id: 'token-of-c', type: 'apns' }, objectId: 'c' },
]
const [first] = sent
if (!first) throw new Error('there are three')

const answered = (status: number, body: unknown, retryAfter?: string): Answer => ({
  kind: 'answered',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfter,
})
const read = (body: unknown, records = sent, status = 200): Verdict => readAnswer(answered(status, body), records, now)
const item = (position: number, code: unknown, more: object = {}): object => ({
  status: 'fail',
  code,
  error: `Invalid token data record number : ${position}`,
  record: sent[position - 1],
  ...more,
})
const accepted: RecordVerdict = { kind: 'accepted' }
const unclear: RecordVerdict = { kind: 'unclear' }
const refused = (code: number, message: string): RecordVerdict => ({ kind: 'refused', error: { code, message } })
const codes = (verdict: Verdict): unknown =>
  verdict.kind === 'judged'
    ? verdict.records.map((record) => (record.kind === 'refused' ? record.error.code : record.kind))
    : verdict.kind

describe('answers as they were recorded', () => {
  it('success: every record is accepted', () => {
    expect(read({ status: 'success', processed: 3, unprocessed: [] })).toEqual({
      kind: 'judged',
      records: [accepted, accepted, accepted],
    })
  })
  it('partial: the record of an item is refused with its code and text, the rest is accepted', () => {
    expect(read({ status: 'partial', processed: 2, unprocessed: [item(2, 535)] })).toEqual({
      kind: 'judged',
      records: [accepted, refused(535, 'Invalid token data record number : 2'), accepted],
    })
  })
  it('fail with items: each is refused with its own code', () => {
    const unprocessed = [item(1, 530), item(2, 532), item(3, 533)]
    expect(codes(read({ status: 'fail', processed: 0, unprocessed }))).toEqual([530, 532, 533])
  })
  it('fail without items: the request is poisoned, and nobody says by what', () => {
    expect(read({ status: 'fail', processed: 0, unprocessed: [] })).toEqual({
      kind: 'poisoned',
      error: { code: 0, message: 'refused without a reason' },
    })
  })
  it.each([
    [400, 'Malformed request'],
    [413, 'Request too large'],
  ])('HTTP %i with the flat body: poisoned, with its text', (status, error) => {
    expect(read({ status: 'fail', error, code: status }, sent, status)).toEqual({
      kind: 'poisoned',
      error: { code: status, message: error },
    })
  })
  it('HTTP 413 of a proxy, in HTML: poisoned all the same', () => {
    expect(read('<html>413</html>', sent, 413)).toEqual({
      kind: 'poisoned',
      error: { code: 413, message: 'refused with HTTP 413' },
    })
  })
  it.each([401, 403])('HTTP %i: the credentials are refused', (status) => {
    expect(read({ status: 'fail', error: 'Invalid Credentials', code: status }, sent, status)).toEqual({
      kind: 'unauthorized',
      status,
    })
  })
  it('HTTP 429: throttled, for as long as it says', () => {
    const body = { status: 'fail', error: 'Too many concurrent requests', code: 429 }
    expect(readAnswer(answered(429, body), sent, now)).toEqual({ kind: 'throttled', retryAfterMs: undefined })
    expect(readAnswer(answered(429, body, '7'), sent, now)).toEqual({ kind: 'throttled', retryAfterMs: 7000 })
  })
  it.each([100, 204, 301, 302, 304, 307, 404, 405, 408, 409, 410, 422, 425, 451, 500, 502, 503, 504, 520, 599])(
    'HTTP %i: the request failed, and nothing is learned about its records',
    (status) => {
      expect(readAnswer(answered(status, '', '2'), sent, now)).toMatchObject({ kind: 'failed', retryAfterMs: 2000 })
    },
  )
  it('no answer: the request failed for that reason', () => {
    expect(readAnswer({ kind: 'unanswered', reason: 'time-out' }, sent, now)).toEqual({
      kind: 'failed',
      reason: 'time-out',
      retryAfterMs: undefined,
    })
  })
})

describe('which record an item is about', () => {
  const one = (unprocessed: readonly unknown[], status = 'partial'): unknown =>
    codes(read({ status, processed: sent.length - unprocessed.length, unprocessed }))

  it('is told by the echoed record, wherever the number points', () => {
    expect(one([item(1, 535, { record: sent[2] })])).toEqual(['accepted', 'accepted', 535])
  })
  it('is told by the objectId of an echo that was changed otherwise', () => {
    const record = { objectId: 'b', tokenData: { keys: {}, id: 'other' }, echoed: true }
    expect(one([item(1, 535, { record })])).toEqual(['accepted', 535, 'accepted'])
  })
  it.each([
    ['is left out', undefined],
    ['is null', null],
    ['is a text', 'b'],
    ['is an array', [{ objectId: 'b' }]],
    ['has no objectId', { tokenData: {} }],
    ['has an objectId that was not sent', { objectId: 'z' }],
    ['has an objectId that is no text', { objectId: 2 }],
    ['has a name of Object.prototype as objectId', { objectId: 'constructor' }],
  ])('is told by the record number where the echo %s', (_, record) => {
    expect(one([item(2, 535, { record })])).toEqual(['accepted', 535, 'accepted'])
  })
  it.each(['record number : 3', 'Record Number:3', 'x record number :  3 y'])('reads the number in "%s"', (error) => {
    expect(one([{ code: 535, error }])).toEqual(['accepted', 'accepted', 535])
  })
  it('is the only one of a request that has one, whatever the item says', () => {
    for (const about of [item(2, 535), { code: 535 }, item(9, 535, { record: null })])
      expect(codes(read({ status: 'fail', processed: 0, unprocessed: [about] }, [first]))).toEqual([535])
  })
  it.each([0, 4, 100, 1.5, -1])('is not told by the number %d, which is none of the three', (position) => {
    const unprocessed = [item(1, 535), { code: 535, error: `record number : ${position}` }]
    expect(codes(read({ status: 'partial', processed: 1, unprocessed }))).toEqual([535, 'unclear', 'unclear'])
  })
})

describe('answers that contradict themselves', () => {
  it.each([
    ['counts too many', { status: 'partial', processed: 3, unprocessed: [item(1, 535)] }, [535, 'unclear', 'unclear']],
    ['counts too few', { status: 'partial', processed: 1, unprocessed: [item(1, 535)] }, [535, 'unclear', 'unclear']],
    [
      'names one twice',
      { status: 'partial', processed: 1, unprocessed: [item(1, 535), item(1, 530)] },
      [535, 'unclear', 'unclear'],
    ],
    [
      'names one that was not sent',
      { status: 'partial', processed: 1, unprocessed: [item(1, 535), { code: 535, error: 'record number : 8' }] },
      [535, 'unclear', 'unclear'],
    ],
    [
      'has an item that is no object',
      { status: 'partial', processed: 1, unprocessed: [item(1, 535), 'oops'] },
      [535, 'unclear', 'unclear'],
    ],
  ])('keeps what is sure and leaves the rest open when it %s', (_, body, expected) => {
    expect(codes(read(body))).toEqual(expected)
  })
  it('leaves all open, to be told apart by halving, when no item fits a record', () => {
    const body = { status: 'partial', processed: 1, unprocessed: [{ code: 535 }, { code: 530, error: 'why' }] }
    expect(read(body)).toEqual({ kind: 'judged', records: [unclear, unclear, unclear] })
  })
  it.each([
    ['success that processed nothing', { status: 'success', processed: 0, unprocessed: [] }],
    ['success that processed fewer', { status: 'success', processed: 2, unprocessed: [] }],
    ['success that processed more', { status: 'success', processed: 300, unprocessed: [] }],
    ['partial without items', { status: 'partial', processed: 2, unprocessed: [] }],
  ])('fails the request for a %s', (_, body) => {
    expect(read(body)).toMatchObject({ kind: 'failed', reason: 'counts that do not add up' })
  })
  it('fails a request with one record whose counts do not add up, however it refuses it', () => {
    expect(read({ status: 'partial', processed: 0, unprocessed: ['oops'] }, [first])).toMatchObject({ kind: 'failed' })
  })
})

describe('answers that are not the documented JSON', () => {
  it.each([
    ['nothing', ''],
    ['HTML', '<!DOCTYPE html><title>Please sign in</title>'],
    ['JSON that broke off', '{"status":"success","proc'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"success"'],
    ['an array', '[{"status":"success"}]'],
    ['an object without a status', '{"processed":3,"unprocessed":[]}'],
    ['another status', '{"status":"queued","processed":3,"unprocessed":[]}'],
    ['success without a count', '{"status":"success","unprocessed":[]}'],
    ['a count that is a text', '{"status":"success","processed":"3","unprocessed":[]}'],
    ['items that are no array', '{"status":"partial","processed":2,"unprocessed":{"0":{}}}'],
    ['fail with items and no count', '{"status":"fail","unprocessed":[{"code":535}]}'],
  ])('an answer 200 that is not the documented JSON fails the request: %s', (_, body) => {
    expect(readAnswer(answered(200, body, '3'), sent, now)).toEqual({
      kind: 'failed',
      reason: 'not the documented JSON',
      retryAfterMs: 3000,
    })
  })
  it('success without the empty list is clear enough', () => {
    expect(codes(read({ status: 'success', processed: 3 }))).toEqual(['accepted', 'accepted', 'accepted'])
    expect(codes(read({ status: 'success', processed: 3, unprocessed: null }))).toHaveLength(3)
  })
  it.each([
    [401, { kind: 'unauthorized', status: 401 }],
    [403, { kind: 'unauthorized', status: 403 }],
    [429, { kind: 'throttled', retryAfterMs: undefined }],
    [503, { kind: 'failed', reason: 'HTTP 503', retryAfterMs: undefined }],
  ])('the flat body of a %i under a 200 means what it says, and rejects no record', (code, expected) => {
    expect(read({ status: 'fail', error: 'Invalid Credentials', code })).toEqual(expected)
  })
  it.each([[[]], [null]])(
    'the body of a 429 or 401 under a 200 with the items %j rejects no record either',
    (unprocessed) => {
      const body = { status: 'fail', error: 'Too many concurrent requests', processed: 0, unprocessed }
      expect(read({ ...body, code: 429 })).toEqual({ kind: 'throttled', retryAfterMs: undefined })
      expect(read({ ...body, code: '401' })).toEqual({ kind: 'unauthorized', status: 401 })
    },
  )
  it('reads JSON behind a byte order mark', () => {
    const body = '\uFEFF{"status":"success","processed":3,"unprocessed":[]}'
    expect(codes(readAnswer(answered(200, body), sent, now))).toEqual(['accepted', 'accepted', 'accepted'])
  })
  it('the flat body of a code of records under a 200 poisons the request', () => {
    expect(read({ status: 'fail', error: 'Malformed request', code: 400 })).toMatchObject({ kind: 'poisoned' })
    expect(read({ status: 'fail', error: 'Invalid token data', code: '535' })).toEqual({
      kind: 'poisoned',
      error: { code: 535, message: 'Invalid token data' },
    })
  })
})

describe('the code of a refusal', () => {
  it.each([
    [535, 535],
    ['535', 535],
    [' 535 ', 535],
    [undefined, 0],
    [null, 0],
    ['E535', 0],
    [535.5, 0],
    ['Infinity', 0],
    [1e300, 0],
    [true, 0],
    [[535], 0],
  ])('reads the code %j of an item as %i', (given, expected) => {
    expect(codes(read({ status: 'partial', processed: 2, unprocessed: [item(1, given)] }))).toEqual([
      expected,
      'accepted',
      'accepted',
    ])
  })
})

describe('the text of a refusal', () => {
  const textOf = (error: unknown): string => {
    const verdict = read({ status: 'partial', processed: 2, unprocessed: [item(2, 535, { error })] })
    const record = verdict.kind === 'judged' ? verdict.records[1] : undefined
    return record?.kind === 'refused' ? record.error.message : 'not refused'
  }
  it('shows only the safe part of the message', () => {
    expect(textOf('Invalid token data')).toBe('Invalid token data')
    expect(textOf('bad id b:APA91, p256dh BPub')).toBe(meaningOf(535).meaning)
    expect(textOf('\u202eevil')).toBe(meaningOf(535).meaning)
    expect(textOf(undefined)).toBe('')
  })
  it('is so too where the whole request is refused', () => {
    expect(read({ status: 'fail', error: 'near token-of-a: syntax', code: 400 }, sent, 400)).toEqual({
      kind: 'poisoned',
      error: { code: 400, message: meaningOf(400).meaning },
    })
  })
})

describe('Retry-After', () => {
  const day = 24 * 60 * 60 * 1000
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['0', undefined],
    ['1', 1000],
    [' 120 ', 120_000],
    ['86400', day],
    ['86401', day],
    ['99999999999999999999', day],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov 23 12:00:30 2026 GMT', 30_000],
    ['Mon, 23 Nov 2026 12:00:00 GMT', undefined],
    ['Sun, 22 Nov 2026 12:00:00 GMT', undefined],
    ['Fri, 01 Jan 2100 00:00:00 GMT', day],
    ['-5', undefined],
    ['1.5', 1500],
    ['0.0', undefined],
    ['120, 120', 120_000],
    ['soon', undefined],
    ['120s', undefined],
  ])('reads Retry-After %j as %j ms', (value, expected) => {
    expect(readRetryAfter(value, now)).toBe(expected)
  })
})
