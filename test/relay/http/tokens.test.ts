import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/relay/store/errors.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { accountId, apiKey, type Call, origin, startServer } from './running-server.ts'
import { nativeRecord, subscription } from './sample-records.ts'

const headers = { authorization: `Bearer ${apiKey}` }
const at = (objectId: string): string => `/v1/tokens/${encodeURIComponent(objectId)}`
const upload = (body: unknown): [string, Call] => ['/1/upload', { method: 'POST', headers, body }]

describe('GET /v1/tokens/{objectId}', () => {
  it('tells what became of the token, with the warnings of its intake', async () => {
    const { call } = await startServer()
    await call(...upload(nativeRecord('-ios-user')))
    const answer = await call(at('-ios-user'), { headers })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      objectId: '-ios-user',
      type: 'fcm',
      state: 'queued',
      attempts: 0,
      error: null,
      receivedAt: expect.any(Number),
      settledAt: null,
      warnings: ['objectId looks like an iOS CleverTap ID, but the token is of type fcm'],
    })
  })

  it('tells why CleverTap refused it', async () => {
    const { call, store } = await startServer()
    await call(...upload(nativeRecord('user-1')))
    await store.join('h', '{}')
    const batch = await store.lease({ account: accountId, holder: 'h', max: 1, flushMs: 0 })
    const error = { code: 535, message: 'Invalid token data' }
    if ('entries' in batch)
      await store.complete(
        'h',
        batch.entries.map((entry) => ({ account: accountId, ...entry, outcome: { kind: 'rejected', error } })),
      )
    expect((await call(at('user-1'), { headers })).json).toMatchObject({
      state: 'rejected',
      error,
      settledAt: expect.any(Number),
    })
  })

  it.each(['nobody', '__proto__', 'a b', 'x\u0000', 'x'.repeat(500), '%'])(
    'answers 404 for the unknown objectId %j',
    async (objectId) => {
      const { call } = await startServer()
      expect(await call(at(objectId), { headers })).toMatchObject({ status: 404, json: { code: 'not_found' } })
    },
  )

  it('needs an API key, and no browser has one', async () => {
    const { call } = await startServer()
    await call('/v1/subscriptions', { method: 'POST', headers: { origin }, body: subscription('user-1') })
    for (const method of ['GET', 'DELETE'])
      expect(await call(at('user-1'), { method, headers: { origin } })).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="pushferry"' },
        json: { code: 'unauthorized' },
      })
    expect((await call(at('user-1'), { headers: { 'X-CleverTap-Passcode': apiKey } })).status).toBe(200)
  })
})

describe('DELETE /v1/tokens/{objectId}', () => {
  it('erases the row; there may be none', async () => {
    const { call, store } = await startServer()
    await call(...upload(nativeRecord('user-1')))
    for (const objectId of ['user-1', 'user-1', 'nobody', 'a b\u0000'])
      expect(await call(at(objectId), { method: 'DELETE', headers })).toMatchObject({ status: 204, text: '' })
    expect(await store.find(accountId, 'user-1')).toBeUndefined()
    expect((await store.counts(accountId)).events.erased).toBe(1)
  })

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/json', ';;'])(
    'needs no body, also where the client sends the content type %s',
    async (type) => {
      const { call } = await startServer()
      for (const length of [{}, { 'content-length': '0' }])
        expect(
          await call(at('zz'), { method: 'DELETE', headers: { ...headers, 'content-type': type, ...length } }),
        ).toMatchObject({ status: 204, text: '' })
    },
  )

  it('does not take a body that is not JSON', async () => {
    const { call } = await startServer()
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await call(at('zz'), { method: 'DELETE', headers: form, body: 'a=b' })).status).toBe(415)
  })

  it('is 503 while the store is away, and so is GET', async () => {
    const away = () => Promise.reject(new StoreError('unavailable', 'no'))
    const { call } = await startServer({}, { store: { ...createMemoryStore(), erase: away, find: away } })
    for (const method of ['GET', 'DELETE'])
      expect(await call(at('user-1'), { method, headers })).toMatchObject({
        status: 503,
        json: { code: 'unavailable' },
      })
  })

  it('takes no other method', async () => {
    const { call } = await startServer()
    const answer = await call(at('user-1'), { method: 'PATCH', headers, body: {} })
    expect(answer).toMatchObject({ status: 405, json: { code: 'method_not_allowed' } })
    expect(answer.headers.allow).toBe('DELETE, GET, HEAD')
  })
})
