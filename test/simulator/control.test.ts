import { expect, test } from 'vitest'
import { fcm, post, simulate } from './call.ts'

const json = { 'Content-Type': 'application/json' }

test('faults can be queued, seen and cleared over HTTP', async () => {
  const clevertap = await simulate()
  const url = `${clevertap.url}/_sim/faults`
  const faults = [
    { kind: 'status', status: 503 },
    { kind: 'hang', times: 'always' },
  ]
  const added = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(faults) })
  expect(added.status).toBe(201)
  expect(await added.json()).toEqual({ faults })
  expect((await post(clevertap, [fcm('a')])).status).toBe(503)
  expect(await (await fetch(url)).json()).toEqual({ faults: faults.slice(1) })
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
  expect((await post(clevertap, [fcm('a')])).status).toBe(200)
})

test('one bad fault of several and none is queued; the text lists what is allowed', async () => {
  const clevertap = await simulate()
  const body = JSON.stringify([{ kind: 'hang' }, { kind: 'explode' }])
  const answer = await fetch(`${clevertap.url}/_sim/faults`, { method: 'POST', headers: json, body })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({
    error: 'kind must be one of latency, status, hang, reset, html, truncated, reject, no-items, counts, echo, trickle',
  })
  expect((await post(clevertap, [fcm('a')])).status).toBe(200)
})

test('what was received, the profiles, the errors and the counts can be read, and all of it forgotten', async () => {
  const clevertap = await simulate()
  await post(clevertap, [fcm('a')])
  await post(clevertap, [{ ...fcm('a'), tokenData: { id: 'new', type: 'fcm' } }])
  const read = async (path: string): Promise<unknown> => (await fetch(`${clevertap.url}${path}`)).json()
  expect(await read('/_sim/received')).toMatchObject({ counts: { calls: 2 }, calls: [{ number: 1 }, { number: 2 }] })
  expect(await read('/_sim/profiles')).toMatchObject({ profiles: [{ objectId: '__a', token: { id: 'token:a' } }] })
  expect(await read('/_sim/errors')).toMatchObject({ errors: [{ objectId: '__a' }] })
  expect(await read('/_sim')).toMatchObject({ accountId: clevertap.accountId, counts: { calls: 2, accepted: 2 } })
  expect((await fetch(`${clevertap.url}/_sim`, { method: 'DELETE' })).status).toBe(204)
  expect(await read('/_sim/profiles')).toEqual({ profiles: [] })
})

test('profiles can be added over HTTP', async () => {
  const clevertap = await simulate({ knownObjectIds: [] })
  const add = (body: string): Promise<Response> =>
    fetch(`${clevertap.url}/_sim/profiles`, { method: 'POST', headers: json, body })
  expect((await add('{"objectIds":["__a"]}')).status).toBe(204)
  expect((await add('{"objectIds":[1]}')).status).toBe(400)
  expect(await (await post(clevertap, [fcm('a')])).json()).toMatchObject({ status: 'success' })
})

test.each([
  ['GET', '/_sim/nothing', undefined, 404],
  ['GET', '/_sim/constructor', undefined, 404],
  ['PUT', '/_sim/faults', undefined, 405],
  ['POST', '/_sim/faults', 'text/plain', 415],
  ['POST', '/_sim/faults', 'application/json', 400],
])('answers a control request %s %s with %s by %i', async (method, path, type, status) => {
  const clevertap = await simulate()
  const body = method === 'POST' ? '{' : null
  const headers: Record<string, string> = type ? { 'Content-Type': type } : {}
  const answer = await fetch(clevertap.url + path, { method, headers, body })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toHaveProperty('error')
  expect(clevertap.received()).toEqual([])
})
