import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Outcome, Store } from '../../../src/relay/store/port.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { accountId, apiKey, type Call, origin, startServer } from './running-server.ts'
import { nativeRecord, subscription } from './sample-records.ts'

const path = '/v1/subscriptions'
const day = 86_400_000

const post = (body: unknown, key?: string): Call => ({
  method: 'POST',
  headers: { origin, ...(key === undefined ? {} : { 'X-Pushferry-Key': key }) },
  body,
})
const keyOf = ({ json }: { json: unknown }): string => String((json as { registrationKey?: unknown }).registrationKey)
const refused = { status: 403, json: { code: 'registration_key_mismatch' } }

const uploadAll = async (store: Store, outcome: Outcome): Promise<void> => {
  await store.join('h', '{}')
  const leased = await store.lease({ account: accountId, holder: 'h', max: 100, flushMs: 0 })
  const entries = 'entries' in leased ? leased.entries : []
  const completions = entries.map(({ objectId, generation }) => ({ account: accountId, objectId, generation, outcome }))
  await store.complete('h', completions)
}

const startWithClock = async (env: Readonly<Record<string, string>> = {}) => {
  const clock = { now: 1_800_000_000_000 }
  const store = createMemoryStore({ now: () => clock.now })
  return { ...(await startServer(env, { store, now: () => clock.now })), clock }
}

describe('an objectId that a browser has registered', () => {
  it('can be claimed without a key after a withdrawal, and then belongs to the next browser', async () => {
    const { call } = await startServer()
    const key = keyOf(await call(path, post(subscription('user'))))
    expect(await call(path, post(subscription('user')))).toMatchObject(refused)
    const withdrawal = { method: 'DELETE', headers: { origin, 'X-Pushferry-Key': key } }
    expect(await call(`${path}/user`, withdrawal)).toMatchObject({ status: 204 })
    expect(await call(path, post(subscription('user')))).toMatchObject({ status: 202 })
    expect(await call(path, post(subscription('user')))).toMatchObject(refused)
  })

  it('can be claimed only after its browser has not confirmed it for PUSHFERRY_KEY_IDLE', async () => {
    const { call, clock } = await startWithClock({ PUSHFERRY_KEY_IDLE: '20d' })
    const own = subscription('user')
    await call(path, post(own))
    clock.now += 15 * day
    expect(await call(path, post(own))).toMatchObject({ status: 202, json: { result: 'unchanged' } })
    clock.now += 20 * day
    expect(await call(path, post(subscription('user')))).toMatchObject(refused)
    clock.now += day
    expect(await call(path, post(subscription('user')))).toMatchObject({ status: 202, json: { result: 'replaced' } })
  })

  it('goes to the newest browser with PUSHFERRY_TAKEOVER=accept, which is counted', async () => {
    const { call, store } = await startServer({ PUSHFERRY_TAKEOVER: 'accept' })
    await call(path, post(subscription('user')))
    expect(await call(path, post(subscription('user')))).toMatchObject({ status: 202, json: { result: 'replaced' } })
    expect((await store.counts(accountId)).events).toMatchObject({ takeover: 1, refused: 0 })
  })

  it('does not give its key to a sender who has only a stolen endpoint, also where the type takes no keys', async () => {
    const { call } = await startServer({ PUSHFERRY_WEB_TYPES: '*.notify.windows.com=wns' })
    const endpoint = 'https://am3p.notify.windows.com/w/?token=BQYAAAD'
    const sent = subscription('user', { endpoint })
    const id = endpoint.slice(endpoint.lastIndexOf('/') + 1)
    const own = { ...sent, tokenData: { ...sent.tokenData, id } }
    const { keys } = subscription().tokenData
    const stolen = { ...own, tokenData: { ...own.tokenData, keys } }
    const otherAuth = { ...keys, p256dh: own.tokenData.keys.p256dh, auth: randomBytes(16).toString('base64url') }
    const answer = await call(path, post(own))
    expect(answer).toMatchObject({ status: 202 })
    expect(await call(path, post(stolen))).toMatchObject(refused)
    expect(await call(path, post({ ...own, tokenData: { ...own.tokenData, keys: otherAuth } }))).toMatchObject(refused)
    expect(keyOf(await call(path, post(own)))).toBe(keyOf(answer))
  })
})

describe('the capacity of browsers that prove nothing', () => {
  const startFull = async () => {
    const store = createMemoryStore({ maxQueued: 5, maxUnproved: 2 })
    const server = await startServer({}, { store })
    const full = async () => (await store.counts(accountId)).queued
    const key = keyOf(await server.call(path, post(subscription('owner'))))
    await uploadAll(store, { kind: 'accepted' })
    await server.call(path, post(subscription('junk-1')))
    await server.call(path, post(subscription('junk-2')))
    return { ...server, store, full, key }
  }

  it('is answered 503 with Retry-After while CleverTap has not answered for any of them', async () => {
    const { call } = await startFull()
    const answer = await call(path, post(subscription('visitor')))
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable' } })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('does not affect a backend, nor a browser whose record CleverTap has accepted', async () => {
    const { call, full, key } = await startFull()
    const backend = { method: 'POST', headers: { 'X-CleverTap-Passcode': apiKey }, body: nativeRecord() }
    expect(await call('/1/upload', backend)).toMatchObject({ status: 200, json: { processed: 1 } })
    expect(await call(path, post(subscription('owner'), key))).toMatchObject({ status: 202 })
    expect(await full()).toEqual({ live: 2, unproved: 2, import: 0 })
  })

  it('has capacity for a new visitor as soon as CleverTap has deferred junk', async () => {
    const { call, store, full } = await startFull()
    const error = { code: 530, message: 'no such profile' }
    await uploadAll(store, { kind: 'deferred', dueAt: Date.now() + 60_000, error })
    expect(await call(path, post(subscription('visitor')))).toMatchObject({ status: 202 })
    expect(await full()).toEqual({ live: 0, unproved: 2, import: 0 })
    expect((await store.counts(accountId)).events.evicted).toBe(1)
  })
})
