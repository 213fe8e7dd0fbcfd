import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/relay/outbox/errors.ts'
import { createMemoryStore } from '../../../src/relay/outbox/memory.ts'
import type { Store } from '../../../src/relay/outbox/store.ts'
import { signTicket } from '../../../src/ticket/index.ts'
import { type Answer, type Call, origin, startServer } from './running-server.ts'
import { subscription } from './sample-records.ts'

/** Each secret that the relay knows or is told, with a mark that can be searched for. */
const mark = (name: string): string => `MARKED-${name}-${randomBytes(12).toString('hex')}`
const env = {
  CLEVERTAP_PASSCODE: mark('passcode'),
  PUSHFERRY_API_KEYS: `shop:${mark('api-key')}`,
  PUSHFERRY_ADMIN_KEY: mark('admin-key'),
  PUSHFERRY_SECRET: mark('secret'),
  PUSHFERRY_TICKET_KEY: mark('ticket-key'),
}
const apiKey = env.PUSHFERRY_API_KEYS.slice('shop:'.length)
const tokenId = mark('token-id')
const web = () => {
  const sent = subscription('user-1')
  const keys = { ...sent.tokenData.keys, auth: Buffer.from('MARKED-auth-1234').toString('base64url') }
  return {
    ...sent,
    tokenData: { ...sent.tokenData, id: tokenId, keys },
    endpoint: `https://fcm.googleapis.com/fcm/send/${tokenId}`,
  }
}
const markedAuth = Buffer.from('MARKED-auth-1234').toString('base64url')
const native = (more: object = {}) => ({
  type: 'token',
  tokenData: { id: tokenId, type: 'fcm' },
  objectId: 'user-2',
  ...more,
})

const calls = async (ticket: string): Promise<readonly [string, Call][]> => {
  const browser = { origin, 'content-type': 'application/json' }
  const backend = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
  const wrong = { 'X-Pushferry-Key': mark('registration-key'), authorization: `Bearer ${mark('ticket')}` }
  const broken = (sent: object): object => ({ ...sent, tokenData: { ...web().tokenData, type: mark('type') } })
  const bodies: readonly unknown[] = [
    web(),
    { ...web(), endpoint: mark('endpoint') },
    broken(web()),
    native(),
    { d: [native(), broken(native())] },
  ]
  const texts = [
    ...bodies.map((body) => JSON.stringify(body)),
    `{"d":"${tokenId}`,
    `"${tokenId}"`,
    `"${tokenId.repeat(2000)}"`,
  ]
  const all: [string, Call][] = []
  for (const body of texts) {
    for (const headers of [browser, { ...browser, ...wrong }, { ...browser, authorization: `Bearer ${ticket}` }])
      all.push(['/v1/subscriptions', { method: 'POST', headers, body }])
    for (const headers of [
      backend,
      { ...backend, authorization: `Bearer ${mark('api-key')}` },
      { ...backend, 'content-type': 'text/plain' },
    ])
      all.push(['/1/upload', { method: 'POST', headers, body }])
    all.push(['/1/upload', { method: 'PUT', headers: backend, body }])
  }
  for (const path of [
    `/v1/subscriptions/user-1`,
    '/v1/tokens/user-1',
    `/v1/tokens/${mark('token-id')}`,
    `/${mark('path')}`,
    '/v1/config',
  ])
    for (const method of ['GET', 'DELETE'])
      for (const headers of [browser, backend, { ...browser, ...wrong }])
        all.push([`${path}?key=${mark('query')}`, { method, headers }])
  for (const path of ['/healthz', '/readyz', '/openapi.json', '/pushferry.min.js'])
    all.push([path, { headers: backend }])
  return all
}

/** What an answer may hold: the record that the very caller sent, and the key that a registration is there to give. */
const withoutEcho = ({ status, headers, text, json }: Answer): string => {
  const body = json as { unprocessed?: { record?: unknown }[]; registrationKey?: string } | undefined
  if (Array.isArray(body?.unprocessed)) for (const item of body.unprocessed) delete item.record
  return JSON.stringify([status, headers, body ?? text])
}

const stores: readonly [string, (store: Store) => Store][] = [
  ['works', (store) => store],
  [
    'fails with its own error',
    (store) => {
      const cause = Object.assign(new Error(`${tokenId} ${env.PUSHFERRY_SECRET}`), {
        code: 'ERR_SQLITE_ERROR',
        errcode: 13,
      })
      const fail = () => Promise.reject(new StoreError('unavailable', 'the disk is full', cause))
      return { ...store, put: fail, find: fail, withdraw: fail, erase: fail }
    },
  ],
  [
    'fails as nobody expected',
    (store) => {
      const fail = () => Promise.reject(new Error(`${tokenId}\n    at ${apiKey}`))
      return { ...store, put: fail, find: fail, withdraw: fail, erase: fail }
    },
  ],
]

describe('secrets', () => {
  it.each(stores)('stay out of every log line and answer, over every route, while the store %s', async (_, wrap) => {
    const { call, lines } = await startServer(env, { store: wrap(createMemoryStore()) })
    const ticket = await signTicket({ objectId: 'user-1', key: env.PUSHFERRY_TICKET_KEY })
    const answers: Answer[] = []
    for (const [path, request] of await calls(ticket)) answers.push(await call(path, request))
    const registrationKeys = answers.flatMap(({ json }) => {
      const { registrationKey } = (json ?? {}) as { registrationKey?: string }
      return registrationKey ? [registrationKey] : []
    })
    const log = lines().join('')
    const told = answers.map(withoutEcho).join('\n')
    expect(log).not.toBe('')
    for (const text of [log, told]) {
      expect(text).not.toContain('MARKED')
      expect(text).not.toContain(markedAuth)
      expect(text).not.toContain(ticket)
    }
    for (const key of registrationKeys) expect(log).not.toContain(key)
    expect(new Set(answers.map(({ status }) => status)).size).toBeGreaterThan(4)
  })

  it('are found by this test when one slips out', () => {
    const slip: Answer = { status: 400, headers: {}, text: '', json: { detail: tokenId } }
    expect(withoutEcho(slip)).toContain('MARKED')
  })
})
