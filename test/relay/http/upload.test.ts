import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { IntakeEvent } from '../../../src/relay/http/parts.ts'
import { StoreError } from '../../../src/relay/store/errors.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { accountId, apiKey, type Call, startServer } from './running-server.ts'
import { nativeRecord } from './sample-records.ts'

const path = '/1/upload'
const json = { 'content-type': 'application/json; charset=utf-8' }
const authorized = { ...json, 'X-CleverTap-Passcode': apiKey }
const post = (body: unknown, headers: Call['headers'] = authorized): Call => ({ method: 'POST', headers, body })
const success = (processed: number) => ({ status: 'success', processed, unprocessed: [] })
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'))

describe('the documented samples, with another base URL and another passcode', () => {
  const headers = {
    'X-CleverTap-Account-Id': accountId,
    'X-CleverTap-Passcode': apiKey,
    'Content-Type': 'application/json; charset=utf-8',
  }

  it('are answered as CleverTap documents it, to the byte', async () => {
    const { call } = await startServer()
    const answer = await call(path, post(fixture('upload-curl.json'), headers))
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.text).toBe('{"status":"success","processed":1,"unprocessed":[]}')
  })

  it('with six types are stored, every one', async () => {
    const { call, store } = await startServer()
    expect((await call(path, post(fixture('upload-six-types.json'), headers))).json).toEqual(success(6))
    expect((await store.counts(accountId)).queued.live).toBe(6)
  })

  it('without the envelope count as one record', async () => {
    const { call } = await startServer()
    expect((await call(path, post(fixture('upload-chrome-bare.json'), headers))).json).toEqual(success(1))
  })
})

describe('records that are not taken', () => {
  it('that are nested without end are told without their deeper levels, and stop none of the others', async () => {
    const { call, store } = await startServer()
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`
    const good = JSON.stringify(nativeRecord('a'))
    const answer = await call(path, post(`{"d":[${deep(50_000)},${good},{"type":"token","objectId":${deep(100)}}]}`))
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      status: 'partial',
      processed: 1,
      unprocessed: [
        {
          status: 'fail',
          code: 524,
          error: 'the record must be an object; it is nested more than 100 levels deep, record number : 1',
          record: JSON.parse(deep(100).replace('[]', '[null]')),
        },
        {
          status: 'fail',
          code: 530,
          error: 'objectId must be a non-empty string, record number : 3',
          record: { type: 'token', objectId: JSON.parse(deep(100)) },
        },
      ],
    })
    expect(await store.find(accountId, 'a')).toMatchObject({ state: 'queued' })
  })

  it('are told one by one, with code, number and the record as it was sent, and stop none of the others', async () => {
    const { call, store } = await startServer()
    const bad = { type: 'token', tokenData: { id: 'x', type: 'fcm' }, identity: 'a@b.example', extra: [1, { a: null }] }
    const answer = await call(path, post({ d: [nativeRecord('a'), bad, nativeRecord('c'), 7] }))
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      status: 'partial',
      processed: 2,
      unprocessed: [
        {
          status: 'fail',
          code: 530,
          error: 'identity cannot carry a token: give the CleverTap ID as objectId, record number : 2',
          record: bad,
        },
        { status: 'fail', code: 524, error: 'the record must be an object, record number : 4', record: 7 },
      ],
    })
    expect((await store.counts(accountId)).queued.live).toBe(2)
  })

  it('are told to whoever watches, under the name of the key that brought them', async () => {
    const events: IntakeEvent[] = []
    const { call } = await startServer({}, { onIntake: (event) => events.push(event) })
    await call(path, post({ d: [7, nativeRecord(), { type: 'token' }] }))
    expect(events).toMatchObject([{ account: accountId, from: 'shop', results: { queued: 1, 524: 1, 530: 1 } }])
  })

  it.each<[number, string, unknown]>([
    [524, 'no object', null],
    [524, 'an array', []],
    [524, 'another type', { ...nativeRecord(), type: 'profile' }],
    [530, 'no objectId', { ...nativeRecord(), objectId: undefined }],
    [530, 'an objectId with a space', nativeRecord('a b')],
    [530, 'an objectId that is too long', nativeRecord('a'.repeat(129))],
    [530, 'an objectId with a lone surrogate', nativeRecord('a\ud800')],
    [530, 'an identity instead', { ...nativeRecord(), objectId: undefined, FBID: '1' }],
    [531, 'no tokenData', { ...nativeRecord(), tokenData: undefined }],
    [531, 'tokenData as array', { ...nativeRecord(), tokenData: [] }],
    [532, 'no id', { ...nativeRecord(), tokenData: { type: 'fcm' } }],
    [533, 'no type', { ...nativeRecord(), tokenData: { id: 'x' } }],
    [535, 'an unknown type', { ...nativeRecord(), tokenData: { id: 'x', type: 'firefox' } }],
    [535, 'chrome without keys', { ...nativeRecord(), tokenData: { id: 'x', type: 'chrome' } }],
    [535, 'fcm with keys', { ...nativeRecord(), tokenData: { id: 'x', type: 'fcm', keys: {} } }],
    [535, 'an id that is too long', nativeRecord('a', 'x'.repeat(4097))],
    [535, 'an id with a line break', nativeRecord('a', 'x\ny')],
  ])('gives invalid records the code %i: %s', async (code, _, record) => {
    const { call, store } = await startServer()
    const answer = await call(path, post({ d: [record] }))
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      status: 'fail',
      processed: 0,
      unprocessed: [
        {
          status: 'fail',
          code,
          error: expect.stringMatching(/, record number : 1$/),
          record: record && JSON.parse(JSON.stringify(record)),
        },
      ],
    })
    expect((await store.counts(accountId)).queued.live).toBe(0)
  })

  it('come back with strange members untouched', async () => {
    const { call } = await startServer()
    const text = '{"d":[{"__proto__":{"type":"token"},"constructor":{"prototype":1},"n":1e400,"s":"\\ud800\\u0000"}]}'
    const answer = await call(path, post(text))
    expect(answer.text).toContain('"record":{"__proto__":{"type":"token"},"constructor":{"prototype":1},"n":null,')
    expect(answer.text).toContain('"s":"\\ud800\\u0000"')
  })
})

describe('what counts as processed', () => {
  it('is what is stored or was known, also twice in one call, where the later record wins', async () => {
    const { call, store } = await startServer()
    const d = [nativeRecord('same', 'first'), nativeRecord('same', 'second')]
    expect((await call(path, post({ d }))).json).toEqual(success(2))
    expect((await call(path, post({ d: [nativeRecord('same', 'second')] }))).json).toEqual(success(1))
    const { events } = await store.counts(accountId)
    expect(events).toMatchObject({ queued: 1, replaced: 1, unchanged: 1 })
  })

  it('answers success with 0 processed for an empty d', async () => {
    const { call } = await startServer()
    expect((await call(path, post({ d: [] }))).json).toEqual(success(0))
  })

  it('is the same with dryRun=1, and nothing is stored', async () => {
    const { call, store } = await startServer()
    const body = { d: [nativeRecord('a'), { ...nativeRecord('b'), type: 'x' }] }
    expect((await call(`${path}?dryRun=1`, post(body))).json).toMatchObject({ status: 'partial', processed: 1 })
    expect((await store.counts(accountId)).queued.live).toBe(0)
    expect((await call(`${path}?dryRun=0`, post(body))).json).toMatchObject({ status: 'partial', processed: 1 })
    expect((await store.counts(accountId)).queued.live).toBe(1)
  })

  it('accepts up to 1,000 records per call', async () => {
    const { call } = await startServer()
    const d = Array.from({ length: 1000 }, (_, at) => nativeRecord(`user-${at}`, 'x'.repeat(1500)))
    expect((await call(path, post({ d }))).json).toEqual(success(1000))
  })
})

describe('a call that is refused as a whole', () => {
  it.each<[string, number, RegExp, Call]>([
    ['malformed JSON', 400, /^the body is not JSON$/, post('{"d":[marked')],
    ['an empty body', 400, /^the body is empty$/, post('')],
    ['no body at all', 400, /must be \{"d":\[…\]\}/, { method: 'POST', headers: { 'X-CleverTap-Passcode': apiKey } }],
    ['bytes that are not UTF-8', 400, /not UTF-8/, post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]))],
    ['an array', 400, /must be \{"d":\[…\]\}/, post([nativeRecord()])],
    ['a number', 400, /must be \{"d":\[…\]\}/, post('7')],
    ['no d', 400, /must be \{"d":\[…\]\}/, post({ records: [] })],
    ['a d that is no array', 400, /must be \{"d":\[…\]\}/, post({ d: {} })],
    ['1,001 records', 400, /1001 records; at most 1000/, post({ d: Array(1001).fill(nativeRecord()) })],
    [
      'JSON that is nested without end',
      400,
      /^the body is nested more than 10000 levels deep$/,
      post(`{"d":[${'['.repeat(500_000)}${']'.repeat(500_000)}]}`),
    ],
    [
      'more than 2 MiB',
      413,
      /at most 16384 bytes from browsers and 2097152 from backends/,
      post('x'.repeat(2 * 1024 * 1024 + 1)),
    ],
    [
      'a form',
      415,
      /application\/json/,
      post('d=1', { ...authorized, 'content-type': 'application/x-www-form-urlencoded' }),
    ],
    ['a body without a type', 415, /application\/json/, post('{}', { 'X-CleverTap-Passcode': apiKey })],
    ['a type that is none', 415, /application\/json/, post('{}', { ...authorized, 'content-type': ';;' })],
    ['a packed body', 415, /content-encoding/, post('{}', { ...authorized, 'content-encoding': 'gzip' })],
    ['no key', 401, /API key is missing/, post({ d: [] }, json)],
    ['a wrong key', 401, /Invalid Credentials/, post({ d: [] }, { ...json, 'X-CleverTap-Passcode': 'marked' })],
    ['a wrong bearer', 401, /Invalid Credentials/, post({ d: [] }, { ...json, authorization: 'Bearer marked' })],
    [
      'the account of somebody else',
      401,
      /Invalid Credentials/,
      post({ d: [] }, { ...authorized, 'X-CleverTap-Account-Id': 'OTHER' }),
    ],
    ['GET', 405, /allows only POST/, { headers: authorized }],
    ['DELETE', 405, /allows only POST/, { method: 'DELETE', headers: authorized }],
    ['PUT with a bad body', 405, /allows only POST/, { method: 'PUT', headers: authorized, body: '{' }],
    ['PROPFIND', 405, /allows only POST/, { method: 'PROPFIND', headers: authorized }],
  ])('for %s gets %i, flat like CleverTap', async (_, status, error, call) => {
    const server = await startServer()
    const answer = await server.call(path, call)
    expect(answer.status).toBe(status)
    expect(answer.json).toEqual({ status: 'fail', error: expect.stringMatching(error), code: status })
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.text).not.toContain('marked')
    expect((await server.store.counts(accountId)).queued.live).toBe(0)
  })

  it.each(['dryrun=1', 'DRYRUN=TRUE', 'dry_run=true', 'dryRun=True'])(
    'stores nothing for ?%s either',
    async (query) => {
      const { call, store } = await startServer()
      const answer = await call(`${path}?${query}`, post({ d: [nativeRecord()] }))
      expect(answer).toMatchObject({ status: 200, json: { status: 'success', processed: 1 } })
      expect((await store.counts(accountId)).queued.live).toBe(0)
    },
  )

  it('for a dryRun that is neither yes nor no stores nothing', async () => {
    const { call, store } = await startServer()
    const answer = await call(`${path}?dryRun=yes`, post({ d: [nativeRecord()] }))
    expect(answer).toMatchObject({ status: 400, json: { status: 'fail', error: 'dryRun must be 1 or 0', code: 400 } })
    expect((await store.counts(accountId)).queued.live).toBe(0)
  })

  it('names what the path takes, and how to identify oneself', async () => {
    const { call } = await startServer()
    expect((await call(path)).headers.allow).toBe('POST')
    expect((await call(path, post({}, json))).headers['www-authenticate']).toBe('Bearer realm="pushferry"')
  })

  it.each(['full', 'unavailable', 'closed'] as const)('by the store (%s) is 503 with Retry-After', async (code) => {
    const store = { ...createMemoryStore(), put: () => Promise.reject(new StoreError(code, 'no')) }
    const { call, lines } = await startServer({}, { store })
    const answer = await call(path, post({ d: [nativeRecord()] }))
    expect(answer).toMatchObject({ status: 503, json: { status: 'fail', error: expect.any(String), code: 503 } })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ level: 'warn', reason: code, keyName: 'shop', status: 503 })
  })

  it('by what nobody expected is 500, said to the log and not to the caller', async () => {
    const store = { ...createMemoryStore(), put: () => Promise.reject(new Error('marked detail')) }
    const { call, lines } = await startServer({}, { store })
    const answer = await call(path, post({ d: [nativeRecord()] }))
    expect(answer).toMatchObject({ status: 500, json: { status: 'fail', code: 500 } })
    expect(`${answer.text}${lines()}`).not.toContain('marked')
    expect(lines().join()).toContain('"level":"error"')
  })
})

describe('the API key', () => {
  it.each<[string, Record<string, string>]>([
    ['as passcode', { 'X-CleverTap-Passcode': apiKey }],
    ['as bearer', { authorization: `Bearer ${apiKey}` }],
    ['as bearer in other letters', { authorization: `bearer ${apiKey}` }],
    ['as passcode beside the credentials of a proxy', { authorization: 'Basic eDp5', 'X-CleverTap-Passcode': apiKey }],
    ['as passcode beside the token of a gateway', { authorization: 'Bearer x.y.z', 'X-CleverTap-Passcode': apiKey }],
    ['as bearer beside the passcode of a client', { authorization: `Bearer ${apiKey}`, 'X-CleverTap-Passcode': 'x' }],
    ['in a body without packing, in capitals', { 'X-CleverTap-Passcode': apiKey, 'Content-Encoding': 'Identity' }],
    ['with the account', { 'X-CleverTap-Passcode': apiKey, 'X-CleverTap-Account-Id': accountId }],
  ])('accepts an API key %s', async (_, headers) => {
    const { call } = await startServer()
    expect((await call(path, post({ d: [] }, { ...json, ...headers }))).status).toBe(200)
  })

  it('may be one of several, while they are exchanged', async () => {
    const { call } = await startServer({ PUSHFERRY_API_KEYS: 'old:old-key-0123456789,new:new-key-0123456789' })
    for (const key of ['old-key-0123456789', 'new-key-0123456789'])
      expect((await call(path, post({ d: [] }, { ...json, authorization: `Bearer ${key}` }))).status).toBe(200)
  })

  it('opens no route when none is configured', async () => {
    const { call } = await startServer({ PUSHFERRY_API_KEYS: '' })
    expect((await call(path, post({ d: [] }))).status).toBe(401)
    expect((await call(path, post({ d: [] }, { ...json, 'X-CleverTap-Passcode': '' }))).status).toBe(401)
  })

  it('appears in logs and metrics only by its name', async () => {
    const events: unknown[] = []
    const { call } = await startServer({}, { onIntake: (event) => events.push(event) })
    await call(path, post({ d: [nativeRecord(), 7] }))
    expect(events).toEqual([
      {
        account: accountId,
        from: 'shop',
        requestId: expect.any(String),
        traceId: undefined,
        results: { queued: 1, 524: 1 },
      },
    ])
  })
})

describe('several accounts', () => {
  const accounts = [
    { accountId: 'ONE', passcode: 'p1', apiKeys: 'one:key-of-one-0123456789,both:key-of-both-012345' },
    { accountId: 'TWO', passcode: 'p2', apiKeys: 'two:key-of-two-0123456789,both:key-of-both-012345' },
  ]
  const start = () =>
    startServer(
      { PUSHFERRY_CONFIG: 'accounts.json', PUSHFERRY_ORIGINS: '', CLEVERTAP_ACCOUNT_ID: '', CLEVERTAP_PASSCODE: '' },
      {},
      () => JSON.stringify({ accounts }),
    )

  it.each<[string, string, string | undefined, string | undefined]>([
    ['a key of one account', 'key-of-two-0123456789', undefined, 'TWO'],
    ['a key and its account', 'key-of-one-0123456789', 'ONE', 'ONE'],
    ['a key and another account', 'key-of-one-0123456789', 'TWO', undefined],
    ['a key of both with a name', 'key-of-both-012345', 'TWO', 'TWO'],
    ['a key of both without a name', 'key-of-both-012345', undefined, undefined],
  ])('finds the account of an API key: %s', async (_, key, id, expected) => {
    const { call, store } = await start()
    const headers = { ...json, authorization: `Bearer ${key}`, ...(id ? { 'X-CleverTap-Account-Id': id } : {}) }
    const answer = await call(path, post(nativeRecord(), headers))
    expect(answer.status).toBe(expected ? 200 : 401)
    for (const { accountId: each } of accounts)
      expect((await store.counts(each)).queued.live).toBe(each === expected ? 1 : 0)
  })
  it('says that a key of both needs the account, where no account is named', async () => {
    const { call } = await start()
    const both = { ...json, authorization: 'Bearer key-of-both-012345' }
    const unnamed = await call(path, post(nativeRecord(), both))
    expect(unnamed.json).toMatchObject({
      error: expect.stringContaining('several accounts needs X-CleverTap-Account-Id'),
    })
    const misnamed = await call(path, post(nativeRecord(), { ...both, 'X-CleverTap-Account-Id': 'THREE' }))
    expect(misnamed.json).toMatchObject({ error: expect.stringMatching(/not for this account$/) })
  })
})
