import { expect, test } from 'vitest'
import { answerTo, credentials, fcm, fixture, post, simulate, sixTypes } from './call.ts'

test('the documented sample of six types is taken and every token is on its profile', async () => {
  const clevertap = await simulate()
  expect(await answerTo(clevertap, sixTypes())).toEqual({ status: 'success', processed: 6, unprocessed: [] })
  expect([...clevertap.profiles.values()].map(({ platform, token }) => [platform, token.type])).toEqual([
    ['Web', 'chrome'],
    ['Android', 'fcm'],
    ['Android', 'gcm'],
    ['iOS', 'apns'],
    ['Windows', 'wns'],
    ['Windows', 'mpns'],
  ])
  expect(clevertap.received()[0]?.records).toEqual(sixTypes())
})

test('the curl sample, gcm on an objectId without a prefix, is taken', async () => {
  const clevertap = await simulate()
  const answer = await post(clevertap, [], { body: JSON.stringify(fixture('upload-curl.json')) })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json;charset=utf-8')
  expect(await answer.json()).toEqual({ status: 'success', processed: 1, unprocessed: [] })
})

test('some bad records make it partial, with code, 1-based number and the record echoed as it was sent', async () => {
  const clevertap = await simulate()
  const bad = { type: 'token', extra: [1], tokenData: { id: 'x', type: 'apns' }, objectId: '__android' }
  expect(await answerTo(clevertap, [fcm('a'), bad, fcm('b'), 'nonsense'])).toEqual({
    status: 'partial',
    processed: 2,
    unprocessed: [
      { status: 'fail', code: 534, error: "Token 'type' is not valid for 'objectId' record number : 2", record: bad },
      { status: 'fail', code: 524, error: 'Data neither event nor profile record number : 4', record: 'nonsense' },
    ],
  })
  expect(clevertap.counts).toMatchObject({ accepted: 2, rejected: 2 })
  expect(clevertap.received()[0]).toMatchObject({ size: 4, processed: 2, unprocessed: 2, codes: { 534: 1, 524: 1 } })
})

test('a call with only invalid records is answered 200 with status fail', async () => {
  const clevertap = await simulate()
  const answer = await post(clevertap, [{}])
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ status: 'fail', processed: 0, unprocessed: [{ code: 524 }] })
})

test.each(['?dryRun=1', '?dryRun=1&x=2'])('a dry run validates alike and stores nothing: %s', async (query) => {
  const clevertap = await simulate()
  expect(await answerTo(clevertap, [fcm('a'), {}], { query })).toMatchObject({ status: 'partial', processed: 1 })
  expect(clevertap.profiles.size).toBe(0)
  expect(clevertap.counts).toMatchObject({ accepted: 0, rejected: 0 })
  expect(clevertap.received()[0]?.dryRun).toBe(true)
})

test('dryRun=0 is a real upload', async () => {
  const clevertap = await simulate()
  await post(clevertap, [fcm('a')], { query: '?dryRun=0' })
  expect(clevertap.profiles.size).toBe(1)
})

test.each([
  ['the account id is wrong', { 'X-CleverTap-Account-Id': 'other' }],
  ['the passcode is wrong', { 'X-CleverTap-Passcode': 'other' }],
  ['the passcode is empty', { 'X-CleverTap-Passcode': '' }],
])('answers a call with 401 when %s', async (_, headers) => {
  const clevertap = await simulate()
  const answer = await post(clevertap, [fcm('a')], { headers })
  expect(answer.status).toBe(401)
  expect(await answer.json()).toEqual({ status: 'fail', error: 'Invalid Credentials', code: 401 })
  expect(clevertap.profiles.size).toBe(0)
})

const malformed = { status: 'fail', error: 'Malformed request', code: 400 }
test.each([
  ['broken JSON', '{"d":['],
  ['an empty body', ''],
  ['a bare record', JSON.stringify(fixture('upload-chrome-bare.json'))],
  ['a bare array', '[]'],
  ['null', 'null'],
  ['a d that is no array', '{"d":{}}'],
  ['a byte order mark', '\uFEFF{"d":[]}'],
])('answers a call with 400 for %s', async (_, body) => {
  const clevertap = await simulate()
  const answer = await post(clevertap, [], { body })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual(malformed)
})

test('answers a body that is not UTF-8 with 400', async () => {
  const clevertap = await simulate()
  const body = Buffer.from('7b2264223a5b22ff225d7d', 'hex')
  const answer = await fetch(`${clevertap.url}/1/upload`, { method: 'POST', headers: credentials(clevertap), body })
  expect(await answer.json()).toEqual(malformed)
})

test('101 records are 400 and the text says why; 100 are taken', async () => {
  const clevertap = await simulate()
  const records = Array.from({ length: 101 }, (_, n) => fcm(String(n)))
  const answer = await post(clevertap, records)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({
    status: 'fail',
    error: 'Malformed request: 101 records, at most 100 are allowed in one call',
    code: 400,
  })
  expect(await answerTo(clevertap, records.slice(1))).toMatchObject({ status: 'success', processed: 100 })
})

test.each([
  ['application/json', 200],
  ['application/json;charset=UTF-8', 200],
  ['application/json; charset=utf-8', 200],
  ['application/json; charset=latin1', 400],
  ['text/plain', 400],
  ['application/x-www-form-urlencoded', 400],
])('answers a call of Content-Type %s with %i', async (type, status) => {
  const clevertap = await simulate()
  expect((await post(clevertap, [fcm('a')], { headers: { 'Content-Type': type } })).status).toBe(status)
})

test.each([
  ['GET', '/1/upload', 405],
  ['PUT', '/1/upload', 405],
  ['POST', '/1/profile.json', 405],
  ['POST', '/1/upload/', 404],
  ['POST', '/2/upload', 404],
  ['GET', '/', 404],
  ['GET', '/1/__proto__', 404],
])('another route or method gets the flat body: %s %s is %i', async (method, path, status) => {
  const clevertap = await simulate()
  const answer = await fetch(clevertap.url + path, { method, headers: credentials(clevertap) })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ status: 'fail', code: status })
})

test('a token for a profile that has another one is success, is not stored, and shows in the Live Error Stream', async () => {
  const clevertap = await simulate({ now: () => 5 })
  await post(clevertap, [fcm('a')])
  const next = { ...fcm('a'), tokenData: { id: 'token:new', type: 'fcm' } }
  expect(await answerTo(clevertap, [next])).toEqual({ status: 'success', processed: 1, unprocessed: [] })
  expect(clevertap.profiles.get('__a')?.token.id).toBe('token:a')
  expect(clevertap.errors).toEqual([
    { at: 5, objectId: '__a', type: 'fcm', message: 'Profile already has a token: it was not updated' },
  ])
})

test("with rotation: 'replace' the new token takes the place of the old", async () => {
  const clevertap = await simulate({ rotation: 'replace' })
  await post(clevertap, [fcm('a')])
  await post(clevertap, [{ ...fcm('a'), tokenData: { id: 'token:new', type: 'fcm' } }])
  expect(clevertap.profiles.get('__a')?.token.id).toBe('token:new')
  expect(clevertap.errors).toEqual([])
})

test('the same token again is counted as a duplicate and is no error', async () => {
  const clevertap = await simulate()
  await post(clevertap, [fcm('a')])
  await post(clevertap, [fcm('a'), fcm('b')])
  expect(clevertap.counts).toMatchObject({ accepted: 3, duplicates: 1 })
  expect(clevertap.profiles.get('__a')?.duplicates).toBe(1)
  expect(clevertap.errors).toEqual([])
})

test('with knownObjectIds a record for any other profile is 530 until it is added', async () => {
  const clevertap = await simulate({ knownObjectIds: ['__a'] })
  expect(await answerTo(clevertap, [fcm('a'), fcm('b')])).toMatchObject({
    status: 'partial',
    unprocessed: [{ code: 530, error: "Invalid 'objectId' record number : 2" }],
  })
  clevertap.addProfiles('__b')
  expect(await answerTo(clevertap, [fcm('b')])).toMatchObject({ status: 'success' })
})

test('unpadded keys are 535 unless keyPadding is any', async () => {
  const [chrome] = sixTypes()
  const bare = JSON.parse(JSON.stringify(chrome).replaceAll('=', ''))
  expect(await answerTo(await simulate(), [bare])).toMatchObject({ unprocessed: [{ code: 535 }] })
  expect(await answerTo(await simulate({ keyPadding: 'any' }), [bare, chrome])).toMatchObject({ processed: 2 })
})

const askProfile = (clevertap: Awaited<ReturnType<typeof simulate>>, query: string): Promise<Response> =>
  fetch(`${clevertap.url}/1/profile.json${query}`, { headers: credentials(clevertap) })

test('profile.json names the device and its token', async () => {
  const clevertap = await simulate()
  await post(clevertap, [fcm('a')])
  const answer = await askProfile(clevertap, '?objectId=__a')
  expect(await answer.json()).toEqual({
    status: 'success',
    record: { platformInfo: [{ platform: 'Android', objectId: '__a', push_token: 'token:a' }] },
  })
})

test('profile.json of a profile without a token has no push_token', async () => {
  const clevertap = await simulate()
  const answer = await askProfile(clevertap, '?objectId=-a')
  expect(await answer.json()).toEqual({
    status: 'success',
    record: { platformInfo: [{ platform: 'iOS', objectId: '-a' }] },
  })
})

test('profile.json of nobody is 404, without objectId 400, without credentials 401', async () => {
  const clevertap = await simulate({ knownObjectIds: [] })
  expect((await askProfile(clevertap, '?objectId=x')).status).toBe(404)
  expect((await askProfile(clevertap, '')).status).toBe(400)
  expect((await fetch(`${clevertap.url}/1/profile.json?objectId=x`)).status).toBe(401)
})
