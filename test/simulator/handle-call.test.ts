import { expect, test } from 'vitest'
import type { Call } from '../../src/simulator/index.ts'
import { credentials, fcm, post, simulate } from './call.ts'

test('a fourth upload in flight is 429, and the three others are answered', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'hang', times: 3 })
  const patience = new AbortController()
  const three = ['a', 'b', 'c'].map((name) => post(clevertap, [fcm(name)], { signal: patience.signal }))
  await clevertap.until(({ inFlight }) => inFlight === 3)
  const fourth = await post(clevertap, [fcm('d')])
  expect(fourth.status).toBe(429)
  expect(await fourth.json()).toEqual({ status: 'fail', error: 'Too many concurrent requests', code: 429 })
  expect(clevertap.counts).toMatchObject({ tooMany: 1, peakInFlight: 4 })
  patience.abort()
  await Promise.allSettled(three)
  await clevertap.until(({ inFlight }) => inFlight === 0)
  expect((await post(clevertap, [fcm('d')])).status).toBe(200)
})

test('the limit can be raised, and profile.json has its own', async () => {
  const clevertap = await simulate({ limit: 4 })
  clevertap.fail({ kind: 'hang', times: 4 }, { kind: 'hang', on: 'profile', times: 3 })
  const patience = new AbortController()
  const ask = (): Promise<Response> =>
    fetch(`${clevertap.url}/1/profile.json?objectId=a`, { headers: credentials(clevertap), signal: patience.signal })
  const all: Promise<Response>[] = []
  for (const name of ['a', 'b', 'c', 'd']) all.push(post(clevertap, [fcm(name)], { signal: patience.signal }))
  for (let n = 0; n < 3; n++) all.push(ask())
  await clevertap.until(({ inFlight }) => inFlight === 4)
  expect((await post(clevertap, [fcm('e')])).status).toBe(429)
  // The three others hang, whichever of the four it is.
  expect((await Promise.race([ask(), ...all.slice(4)])).status).toBe(429)
  patience.abort()
  await Promise.allSettled(all)
})

test('whoever has an answer can send the next call at once without a 429', async () => {
  const clevertap = await simulate({ limit: 1, keepRecords: false })
  for (let n = 0; n < 200; n++) expect((await post(clevertap, [fcm(String(n))])).status).toBe(200)
  expect(clevertap.counts).toMatchObject({ calls: 200, tooMany: 0, peakInFlight: 1, accepted: 200 })
})

test('a call is recorded before its caller has the answer, with what was sent but the passcode', async () => {
  const clevertap = await simulate({ now: () => 1000 })
  await post(clevertap, [fcm('a')], { query: '?dryRun=1' })
  expect(clevertap.received()).toEqual([
    {
      number: 1,
      at: 1000,
      tookMs: 0,
      method: 'POST',
      path: '/1/upload',
      dryRun: true,
      headers: expect.objectContaining({
        'x-clevertap-account-id': clevertap.accountId,
        'x-clevertap-passcode': '[redacted]',
        'content-type': 'application/json; charset=utf-8',
      }),
      inFlight: 1,
      size: 1,
      records: [fcm('a')],
      status: 200,
      processed: 1,
      unprocessed: 0,
      codes: {},
      refusal: null,
      fault: null,
    },
  ])
})

test('calls stand in the order in which they arrived, whichever ends first', async () => {
  const seen: Call[] = []
  const clevertap = await simulate({ onCall: (call) => seen.push(call) })
  clevertap.fail({ kind: 'hang' })
  const patience = new AbortController()
  const first = post(clevertap, [fcm('a')], { signal: patience.signal })
  await clevertap.until(({ inFlight }) => inFlight === 1)
  await post(clevertap, [fcm('b')])
  patience.abort()
  await Promise.allSettled([first])
  await clevertap.until(({ counts }) => counts.calls === 2)
  expect(clevertap.received().map(({ number }) => number)).toEqual([1, 2])
  expect(seen.map(({ number }) => number)).toEqual([2, 1])
})

test('keepRecords: false forgets records but counts them', async () => {
  const clevertap = await simulate({ keepRecords: false })
  await post(clevertap, [fcm('a'), fcm('b')])
  expect(clevertap.received()[0]).toMatchObject({ size: 2, records: [], processed: 2 })
})

test('a refused call is recorded with the reason', async () => {
  const clevertap = await simulate()
  await post(clevertap, [], { headers: { 'X-CleverTap-Passcode': 'secret-guess' } })
  expect(clevertap.received()[0]).toMatchObject({ status: 401, refusal: 'wrong or missing passcode' })
  expect(JSON.stringify(clevertap.received())).not.toContain('secret-guess')
})

test('a caller that breaks off in the middle of its body is recorded as unanswered', async () => {
  const clevertap = await simulate()
  const patience = new AbortController()
  const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{"d":[')) })
  // Node's fetch needs `duplex` for a stream; its type does not know it.
  const request = { method: 'POST', headers: credentials(clevertap), body, signal: patience.signal, duplex: 'half' }
  const answer = fetch(`${clevertap.url}/1/upload`, request)
  await clevertap.until(({ inFlight }) => inFlight === 1)
  patience.abort()
  await expect(answer).rejects.toThrow()
  await clevertap.until(({ counts }) => counts.calls === 1)
  expect(clevertap.received()[0]).toMatchObject({ status: null, size: 0 })
})

test('a body over 8 MiB is 413', async () => {
  const clevertap = await simulate()
  const answer = await post(clevertap, [], { body: ' '.repeat(8 * 1024 * 1024 + 1) })
  expect(answer.status).toBe(413)
  expect(await answer.json()).toMatchObject({ status: 'fail', code: 413 })
})
