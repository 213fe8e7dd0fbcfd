import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/relay/store/errors.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { accountId, apiKey, type Call, origin, startServer } from './running-server.ts'
import { nativeRecord, subscription } from './sample-records.ts'

const path = '/v1/subscriptions'
const post = (body: unknown, headers: Record<string, string> = {}): Call => ({
  method: 'POST',
  headers: { origin, 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
})
const withKey = (key: unknown): Record<string, string> => ({ 'X-Pushferry-Key': String(key) })
const keyOf = ({ json }: { json: unknown }): unknown => (json as { registrationKey?: unknown }).registrationKey

describe('a browser that registers', () => {
  it('is answered 202 with the result, the objectId and its registration key', async () => {
    const { call, store } = await startServer()
    const answer = await call(path, post(subscription('user-1')))
    expect(answer.status).toBe(202)
    expect(answer.json).toEqual({
      result: 'queued',
      objectId: 'user-1',
      registrationKey: expect.stringMatching(/^[\w-]{43}$/),
    })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': origin,
      vary: 'Origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    })
    expect(await store.find(accountId, 'user-1')).toMatchObject({ type: 'chrome', state: 'queued' })
  })

  it('stores the keys canonically and nothing but the record', async () => {
    const { call, store } = await startServer()
    const sent = subscription('user-1', { extra: 'x', replaces: 'old-token' })
    const { keys } = sent.tokenData
    const padded = { ...keys, auth: Buffer.from(keys.auth, 'base64url').toString('base64') }
    await call(path, post({ ...sent, tokenData: { ...sent.tokenData, keys: padded, more: 1 } }))
    await store.join('h', '{}')
    const batch = await store.lease({ account: accountId, holder: 'h', max: 1, flushMs: 0 })
    expect('entries' in batch && batch.entries[0]?.token).toEqual({ id: sent.tokenData.id, type: 'chrome', keys })
  })

  it.each<[string, number, number, Record<string, unknown>]>([
    ['no type', 400, 524, { type: undefined }],
    ['an identity instead of an objectId', 400, 530, { objectId: undefined, identity: 'x' }],
    ['no tokenData', 400, 531, { tokenData: null }],
    ['no id', 400, 532, { tokenData: { type: 'chrome' } }],
    ['no token type', 400, 533, { tokenData: { id: 'x' } }],
    ['no keys', 400, 535, { tokenData: { id: 'x', type: 'chrome' } }],
    ['a native type', 400, 535, nativeRecord()],
    ['no endpoint', 400, 535, { endpoint: undefined }],
    ['an endpoint without https', 400, 535, { endpoint: 'http://fcm.googleapis.com/fcm/send/x' }],
    ['an endpoint that is no URL', 400, 535, { endpoint: 7 }],
    ["another token's endpoint", 400, 535, { endpoint: 'https://fcm.googleapis.com/fcm/send/other' }],
    ['a user in the endpoint', 400, 535, { endpoint: 'https://fcm.googleapis.com@evil.example/fcm/send/x' }],
    ['a placeholder as objectId', 400, 530, { objectId: 'undefined' }],
    ['an invisible character in its objectId', 400, 530, { objectId: 'user\u200b1' }],
    ['a replaces that is no text', 400, 535, { replaces: { id: 'x' } }],
    ['a replaces that is too long', 400, 535, { replaces: 'x'.repeat(4097) }],
  ])('with %s gets %i and code %i', async (_, status, recordCode, wrong) => {
    const { call, store } = await startServer()
    const answer = await call(path, post({ ...subscription(), ...wrong }))
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status,
      code: 'invalid_record',
      detail: expect.any(String),
      recordCode,
    })
    expect((await store.counts(accountId)).queued.live).toBe(0)
  })

  it('with a character in its id that FCM does not use gets 535, though a push service that is mapped may use it', async () => {
    const { call } = await startServer({ PUSHFERRY_WEB_TYPES: 'push.example.com=chrome' })
    const withId = (host: string, id: string) => {
      const sent = subscription('user-1')
      return post({ ...sent, tokenData: { ...sent.tokenData, id }, endpoint: `https://${host}/x/${id}` })
    }
    const refused = await call(path, withId('fcm.googleapis.com', 'a+b?c&d'))
    expect(refused).toMatchObject({ status: 400, json: { recordCode: 535 } })
    expect((await call(path, withId('push.example.com', 'a+b?c&d'))).status).toBe(202)
    expect((await call(path, withId('push.example.com', 'a"b'))).status).toBe(400)
  })

  it('with a key that is no point on the curve gets 535, though a backend may send it', async () => {
    const { call } = await startServer()
    const sent = subscription()
    const p256dh = Buffer.concat([Buffer.of(4), randomBytes(64)]).toString('base64url')
    const body = { ...sent, tokenData: { ...sent.tokenData, keys: { ...sent.tokenData.keys, p256dh } } }
    expect(await call(path, post(body))).toMatchObject({ status: 400, json: { recordCode: 535 } })
    const backend = { method: 'POST', headers: { 'X-CleverTap-Passcode': apiKey }, body }
    expect(await call('/1/upload', backend)).toMatchObject({ status: 200, json: { processed: 1 } })
  })

  it.each<[string, number, string, Call]>([
    ['malformed JSON', 400, 'malformed_json', post('{"type":marked')],
    ['an empty body', 400, 'malformed_json', post('')],
    ['bytes that are not UTF-8', 400, 'malformed_json', post(Buffer.from([0x22, 0xc3, 0x22]))],
    ['a number', 400, 'invalid_record', post('7')],
    ['no body', 400, 'invalid_record', { method: 'POST', headers: { origin } }],
    ['another content type', 415, 'unsupported_media_type', post('{}', { 'content-type': 'text/plain' })],
    ['a packed body', 415, 'unsupported_media_type', post('{}', { 'content-encoding': 'br' })],
    ['more than 16 KiB', 413, 'payload_too_large', post(`"${'x'.repeat(16 * 1024)}"`)],
    ['GET', 405, 'method_not_allowed', { headers: { origin } }],
    ['PUT', 405, 'method_not_allowed', { method: 'PUT', headers: { origin } }],
    ['no origin', 403, 'origin_not_allowed', { method: 'POST', body: subscription() }],
    [
      'an origin of another scheme',
      403,
      'origin_not_allowed',
      post(subscription(), { origin: 'http://www.example.com' }),
    ],
    ['an origin of another port', 403, 'origin_not_allowed', post(subscription(), { origin: `${origin}:8443` })],
    ['an origin below', 403, 'origin_not_allowed', post(subscription(), { origin: 'https://a.www.example.com' })],
    [
      'an origin that only begins so',
      403,
      'origin_not_allowed',
      post(subscription(), { origin: `${origin}.evil.example` }),
    ],
    ['an opaque origin', 403, 'origin_not_allowed', post(subscription(), { origin: 'null' })],
  ])(
    'refuses a registration from another origin, with another method or without a record: %s, by %i %s',
    async (_, status, code, call) => {
      const server = await startServer()
      const answer = await server.call(path, call)
      expect(answer).toMatchObject({ status, json: { type: 'about:blank', status, code } })
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
      expect(answer.text).not.toContain('marked')
      expect(answer.headers['access-control-allow-origin']).toBe(
        code === 'origin_not_allowed' || status === 405 ? undefined : origin,
      )
    },
  )

  it('refuses every browser request when no origin is configured', async () => {
    const { call } = await startServer({ PUSHFERRY_ORIGINS: '' })
    expect(await call(path, post(subscription()))).toMatchObject({ status: 403, json: { code: 'origin_not_allowed' } })
  })

  it.each(['full', 'unavailable'] as const)('while the store is %s gets 503 with Retry-After', async (code) => {
    const store = { ...createMemoryStore(), put: () => Promise.reject(new StoreError(code, 'no')) }
    const { call } = await startServer({}, { store })
    const answer = await call(path, post(subscription()))
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.headers['access-control-expose-headers']).toContain('Retry-After')
  })
})

describe('the push service', () => {
  const mozilla = 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAtoken'
  const windows = 'https://wns2-par02p.notify.windows.com/w/?token=BQYAAAtoken'
  const of = (endpoint: string) => {
    const sent = subscription()
    return { ...sent, endpoint, tokenData: { ...sent.tokenData, id: endpoint.split('/').pop() } }
  }

  it.each([
    mozilla,
    windows,
    'https://web.push.apple.com/QGtoken',
    'https://fcm.googleapis.com.evil.example/fcm/send/x',
  ])('of %s has no type, and that is 422', async (endpoint) => {
    const { call, lines } = await startServer()
    const answer = await call(path, post(of(endpoint)))
    expect(answer).toMatchObject({ status: 422, json: { code: 'push_service_not_accepted', status: 422 } })
    expect(`${answer.text}${lines()}`).not.toContain('token=')
    expect(lines().join()).toContain(`"host":"${new URL(endpoint).host}"`)
  })

  it.each(['fcm.googleapis.com', 'android.googleapis.com', 'jmt17.google.com', 'FCM.googleapis.com'])(
    'of %s is taken as chrome',
    async (host) => {
      const { call, store } = await startServer()
      expect((await call(path, post(of(`https://${host}/fcm/send/abc:APA91`)))).status).toBe(202)
      expect(await store.find(accountId, 'web-user-1')).toMatchObject({ type: 'chrome' })
    },
  )

  it('has the type that the operator gives its host, or all hosts below one', async () => {
    const types = 'updates.push.services.mozilla.com=chrome,*.notify.windows.com=wns'
    const { call, store } = await startServer({ PUSHFERRY_WEB_TYPES: types })
    expect((await call(path, post({ ...of(mozilla), objectId: 'm' }))).status).toBe(202)
    expect((await call(path, post({ ...of(windows), objectId: 'w' }))).status).toBe(202)
    await store.join('h', '{}')
    const batch = await store.lease({ account: accountId, holder: 'h', max: 9, flushMs: 0 })
    expect('entries' in batch && batch.entries.map(({ token }) => token)).toEqual([
      { id: 'gAAAAtoken', type: 'chrome', keys: { p256dh: expect.any(String), auth: expect.any(String) } },
      { id: '?token=BQYAAAtoken', type: 'wns' },
    ])
    expect((await call(path, post(of('https://evilnotify.windows.com/x')))).status).toBe(422)
  })
})

describe('the registration key', () => {
  it('is needed to bind another token to the objectId', async () => {
    const { call, store } = await startServer()
    const first = await call(path, post(subscription('user-1')))
    const stolen = await call(path, post(subscription('user-1')))
    expect(stolen).toMatchObject({ status: 403, json: { code: 'registration_key_mismatch' } })
    expect(stolen.text).not.toContain(String(keyOf(first)))
    expect(await call(path, post(subscription('user-1'), withKey('wrong')))).toMatchObject({ status: 403 })
    const next = await call(path, post(subscription('user-1'), withKey(keyOf(first))))
    expect(next).toMatchObject({ status: 202, json: { result: 'replaced', registrationKey: keyOf(first) } })
    expect((await store.counts(accountId)).events).toMatchObject({ refused: 2, replaced: 1 })
  })

  it('of another objectId does not fit', async () => {
    const { call } = await startServer()
    const mine = await call(path, post(subscription('user-1')))
    await call(path, post(subscription('user-2')))
    expect(await call(path, post(subscription('user-2'), withKey(keyOf(mine))))).toMatchObject({ status: 403 })
  })

  it('is given again to a browser with the identical subscription, and not with other keys', async () => {
    const { call } = await startServer()
    const sent = subscription('user-1')
    const first = await call(path, post(sent))
    const again = await call(path, post(sent))
    expect(again).toMatchObject({ status: 202, json: { result: 'unchanged', registrationKey: keyOf(first) } })
    const { keys } = subscription().tokenData
    const guessed = { ...sent, tokenData: { ...sent.tokenData, keys } }
    expect(await call(path, post(guessed))).toMatchObject({ status: 403 })
  })

  it('goes to the first browser where a backend made the row', async () => {
    const { call } = await startServer()
    const headers = { 'X-CleverTap-Passcode': apiKey }
    await call('/1/upload', { method: 'POST', headers, body: nativeRecord('user-1') })
    const first = await call(path, post(subscription('user-1')))
    expect(first).toMatchObject({ status: 202, json: { result: 'replaced' } })
    expect(await call(path, post(subscription('user-1')))).toMatchObject({ status: 403 })
  })

  it('stays the same over restarts, from the secret that is given or from the one in the store', async () => {
    const sent = subscription('user-1')
    const given = async () => keyOf(await (await startServer()).call(path, post(sent)))
    expect(await given()).toBe(await given())
    const store = createMemoryStore()
    const kept = async () => {
      const { call } = await startServer({ PUSHFERRY_SECRET: '' }, { store: { ...store, close: async () => {} } })
      return keyOf(await call(path, post(sent)))
    }
    const key = await kept()
    expect(await kept()).toBe(key)
    expect(await given()).not.toBe(key)
  })
})

describe('a browser that withdraws', () => {
  const withdraw = (objectId: string, headers: Record<string, string> = {}): [string, Call] => [
    `${path}/${encodeURIComponent(objectId)}`,
    { method: 'DELETE', headers: { origin, ...headers } },
  ]

  it('is answered 204 with its key, and 204 again when there is nothing left', async () => {
    const { call, store } = await startServer()
    const key = keyOf(await call(path, post(subscription('a/b ü:1'.replace(' ', '')))))
    for (let round = 0; round < 2; round++) {
      const answer = await call(...withdraw('a/bü:1', withKey(key)))
      expect(answer).toMatchObject({ status: 204, text: '' })
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
    }
    expect(await store.find(accountId, 'a/bü:1')).toMatchObject({ state: 'withdrawn' })
    expect((await store.counts(accountId)).queued.live).toBe(0)
  })

  it('may send a content type without a body, as some clients do', async () => {
    const { call } = await startServer()
    const key = keyOf(await call(path, post(subscription('user-1'))))
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const [to, request] = withdraw('user-1', { ...withKey(key), 'content-type': type })
      expect((await call(to, request)).status).toBe(204)
    }
  })

  it.each<[string, Record<string, string>, number, string]>([
    ['without a key', {}, 403, 'registration_key_mismatch'],
    ['with a wrong key', withKey('A'.repeat(43)), 403, 'registration_key_mismatch'],
    ['with an API key', { authorization: `Bearer ${apiKey}` }, 403, 'registration_key_mismatch'],
    ['from another origin', { origin: 'https://evil.example' }, 403, 'origin_not_allowed'],
  ])('does not withdraw for a browser without the key or on another origin: %s', async (_, headers, status, code) => {
    const { call, store } = await startServer()
    await call(path, post(subscription('user-1')))
    expect(await call(...withdraw('user-1', headers))).toMatchObject({ status, json: { code } })
    expect(await store.find(accountId, 'user-1')).toMatchObject({ state: 'queued' })
  })

  it('of an objectId that cannot be is refused like any other without a key', async () => {
    const { call } = await startServer()
    expect((await call(...withdraw('a b\u0000'))).status).toBe(403)
    expect((await call(...withdraw('x'.repeat(600)))).status).toBe(403)
  })
})

describe('the page configuration', () => {
  const vapid = 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM'

  it('tells the public key and whether tickets are needed', async () => {
    const { call } = await startServer({ PUSHFERRY_VAPID_PUBLIC_KEY: vapid })
    const answer = await call('/v1/config', { headers: { origin } })
    expect(answer).toMatchObject({ status: 200, json: { vapidPublicKey: vapid, tickets: 'off' } })
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' })
    const other = await startServer()
    expect((await other.call('/v1/config', { headers: { origin } })).json).toEqual({
      vapidPublicKey: null,
      tickets: 'off',
    })
  })

  it('is for pages of allowed origins, and for those of the relay’s own when its site hosts it', async () => {
    const { call } = await startServer()
    expect((await call('/v1/config')).status).toBe(403)
    expect((await call('/v1/config', { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    const own = { 'sec-fetch-site': 'same-origin', host: 'www.example.com' }
    expect((await call('/v1/config', { headers: own })).status).toBe(200)
    expect((await call('/v1/config', { headers: { ...own, host: 'evil.example' } })).status).toBe(403)
    expect((await call('/v1/config', { headers: { ...own, 'sec-fetch-site': 'cross-site' } })).status).toBe(403)
    expect((await call(path, { method: 'POST', headers: own, body: subscription() })).status).toBe(403)
  })

  it('is for the site of a trusted proxy that changes the host, and default ports are no difference', async () => {
    const own = { 'sec-fetch-site': 'same-origin', host: '127.0.0.1:8080', 'x-forwarded-host': 'www.example.com' }
    const { call } = await startServer({ PUSHFERRY_TRUST_PROXY: 'loopback' })
    expect((await call('/v1/config', { headers: own })).status).toBe(200)
    expect((await call('/v1/config', { headers: { ...own, 'x-forwarded-host': 'www.example.com:443' } })).status).toBe(
      200,
    )
    for (const chain of ['www.example.com, inner.example', 'inner.example,www.example.com:443'])
      expect((await call('/v1/config', { headers: { ...own, 'x-forwarded-host': chain } })).status).toBe(200)
    expect((await call('/v1/config', { headers: { ...own, 'x-forwarded-host': 'evil.example' } })).status).toBe(403)
    expect((await call('/v1/config', { headers: { ...own, 'x-forwarded-host': 'a b' } })).status).toBe(403)
    const blind = await startServer()
    expect((await blind.call('/v1/config', { headers: own })).status).toBe(403)
    const ported = { 'sec-fetch-site': 'same-origin', host: 'www.example.com:443' }
    expect((await blind.call('/v1/config', { headers: ported })).status).toBe(200)
  })

  it('differs from account to account, by the origin', async () => {
    const accounts = [
      { accountId: 'ONE', passcode: 'p', origins: 'https://one.example', vapidPublicKey: vapid },
      { accountId: 'TWO', passcode: 'p', origins: 'https://two.example' },
    ]
    const env = { PUSHFERRY_CONFIG: 'x', PUSHFERRY_ORIGINS: '' }
    const { call, store } = await startServer(env, {}, () => JSON.stringify({ accounts }))
    const asked = async (from: string) => (await call('/v1/config', { headers: { origin: from } })).json
    expect(await asked('https://one.example')).toMatchObject({ vapidPublicKey: vapid })
    expect(await asked('https://two.example')).toMatchObject({ vapidPublicKey: null })
    await call(path, post(subscription('user-1'), { origin: 'https://two.example' }))
    expect(await store.find('TWO', 'user-1')).toBeDefined()
    expect(await store.find('ONE', 'user-1')).toBeUndefined()
  })
})

describe('a preflight', () => {
  const preflight = (from: string): Call => ({
    method: 'OPTIONS',
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  })

  it.each([
    [path, 'POST'],
    [`${path}/user-1`, 'DELETE'],
    ['/v1/config', 'GET'],
  ])('of %s allows %s to allowed origins and is kept for a day', async (to, methods) => {
    const { call } = await startServer()
    const answer = await call(to, preflight(origin))
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods,
      'access-control-max-age': '86400',
      vary: 'Origin, Access-Control-Request-Headers',
    })
    const allowed = String(answer.headers['access-control-allow-headers']).toLowerCase()
    for (const name of ['content-type', 'authorization', 'x-pushferry-key']) expect(allowed).toContain(name)
  })

  it('allows any request header, such as those that monitoring adds to fetch', async () => {
    const { call } = await startServer()
    const asked = 'content-type,traceparent,x-datadog-origin'
    const answer = await call(path, { method: 'OPTIONS', headers: { origin, 'access-control-request-headers': asked } })
    const allowed = String(answer.headers['access-control-allow-headers']).split(/, ?/)
    for (const name of asked.split(',')) expect(allowed.join().toLowerCase().split(',')).toContain(name)
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
  })

  it('of another origin allows nothing', async () => {
    const { call } = await startServer()
    const answer = await call(path, preflight('https://evil.example'))
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(answer.headers['access-control-allow-methods']).toBeUndefined()
    expect(answer.headers.vary).toBe('Origin')
  })

  it('of another origin is refused, and the log names the origin', async () => {
    const { call, lines } = await startServer()
    const answer = await call(path, preflight('https://shop.example/marked'))
    expect(answer).toMatchObject({ status: 403, json: { code: 'origin_not_allowed' } })
    const line = { event: 'request refused', code: 'origin_not_allowed', origin: 'https://shop.example' }
    expect(lines().map((one) => JSON.parse(one))).toContainEqual(expect.objectContaining(line))
    expect(lines().join()).not.toContain('marked')
  })

  it('without an origin is answered, as a proxy that asks for the methods sends it', async () => {
    const { call } = await startServer()
    expect((await call(path, { method: 'OPTIONS' })).status).toBe(204)
  })

  it('of a backend route is not answered', async () => {
    const { call } = await startServer()
    for (const to of ['/1/upload', '/v1/tokens/x']) expect((await call(to, preflight(origin))).status).toBe(405)
  })
})
