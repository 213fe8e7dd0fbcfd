import { describe, expect, it } from 'vitest'
import { signTicket } from '../../../src/ticket/index.ts'
import { accountId, type Call, origin, startServer } from './running-server.ts'
import { subscription } from './sample-records.ts'

const path = '/v1/subscriptions'
const key = 'a-shared-secret-of-thirty-two-ch'
const required = { PUSHFERRY_TICKETS: 'required', PUSHFERRY_TICKET_KEY: key }
const optional = { PUSHFERRY_TICKET_KEY: key }
const bearer = (ticket: string): Record<string, string> => ({ authorization: `Bearer ${ticket}` })
const ticketFor = async (objectId: string, more: object = {}) => bearer(await signTicket({ objectId, key, ...more }))
const register = (objectId: string, headers: Record<string, string> = {}): [string, Call] => [
  path,
  { method: 'POST', headers: { origin, ...headers }, body: subscription(objectId) },
]
const withdraw = (objectId: string, headers: Record<string, string>): [string, Call] => [
  `${path}/${objectId}`,
  { method: 'DELETE', headers: { origin, ...headers } },
]
const keyHeader = ({ json }: { json: unknown }): Record<string, string> => ({
  'X-Pushferry-Key': (json as { registrationKey: string }).registrationKey,
})

describe('where tickets are required', () => {
  it('a registration without one is refused, whatever else it shows', async () => {
    const { call } = await startServer(required)
    const answer = await call(...register('user-1'))
    expect(answer).toMatchObject({ status: 401, json: { code: 'ticket_required' } })
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="pushferry"')
    const first = await call(...register('user-1', await ticketFor('user-1')))
    expect(await call(...register('user-1', keyHeader(first)))).toMatchObject({ json: { code: 'ticket_required' } })
  })

  it('a ticket binds a first token and any other one to its objectId', async () => {
    const { call } = await startServer(required)
    expect(await call(...register('user-1', await ticketFor('user-1')))).toMatchObject({
      status: 202,
      json: { result: 'queued' },
    })
    expect(await call(...register('user-1', await ticketFor('user-1')))).toMatchObject({
      status: 202,
      json: { result: 'replaced' },
    })
  })

  it.each<[string, () => Promise<Record<string, string>>]>([
    ['for another objectId', () => ticketFor('user-2')],
    ['that has expired', () => ticketFor('user-1', { now: () => Date.now() - 400_000 })],
    ['of another secret', () => ticketFor('user-1', { key: 'another-secret-of-thirty-two-chars' })],
    ['that is none', async () => bearer('marked')],
  ])('refuses a ticket that does not prove this objectId now: one %s', async (_, headers) => {
    const { call, store, lines } = await startServer(required)
    const answer = await call(...register('user-1', await headers()))
    expect(answer).toMatchObject({ status: 401, json: { code: 'ticket_invalid' } })
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="pushferry", error="invalid_token"')
    expect(`${answer.text}${lines()}`).not.toContain('marked')
    expect(await store.find(accountId, 'user-1')).toBeUndefined()
  })

  it('tells pages that tickets are required', async () => {
    const { call } = await startServer(required)
    expect((await call('/v1/config', { headers: { origin } })).json).toMatchObject({ tickets: 'required' })
  })

  it('a withdrawal needs the registration key or a ticket, one of them', async () => {
    const { call } = await startServer(required)
    const first = await call(...register('user-1', await ticketFor('user-1')))
    expect(await call(...withdraw('user-1', {}))).toMatchObject({ status: 401, json: { code: 'ticket_required' } })
    expect(await call(...withdraw('user-1', await ticketFor('user-2')))).toMatchObject({
      status: 401,
      json: { code: 'ticket_invalid' },
    })
    expect((await call(...withdraw('user-1', keyHeader(first)))).status).toBe(204)
    expect((await call(...withdraw('user-1', await ticketFor('user-1')))).status).toBe(204)
  })
})

describe('where tickets are off but a key for them is there', () => {
  it('a ticket still proves: a wiped browser gets its objectId back', async () => {
    const { call } = await startServer(optional)
    await call(...register('user-1'))
    expect((await call(...register('user-1'))).status).toBe(403)
    expect(await call(...register('user-1', await ticketFor('user-1')))).toMatchObject({ json: { result: 'replaced' } })
    expect((await call(...withdraw('user-1', await ticketFor('user-1')))).status).toBe(204)
  })

  it('a bad ticket is refused, but not from a browser that has the registration key', async () => {
    const { call } = await startServer(optional)
    const first = await call(...register('user-1'))
    expect(await call(...register('user-1', bearer('x')))).toMatchObject({ json: { code: 'ticket_invalid' } })
    expect(await call(...register('user-1', { ...bearer('x'), ...keyHeader(first) }))).toMatchObject({ status: 202 })
  })
})

describe('where no ticket key is there', () => {
  it('ignores tickets when no key is configured', async () => {
    const { call } = await startServer()
    expect((await call(...register('user-1', bearer('x')))).status).toBe(202)
    expect((await call(...register('user-1', await ticketFor('user-1')))).status).toBe(403)
  })
})
