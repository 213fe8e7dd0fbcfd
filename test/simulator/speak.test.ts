import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { answerTo, credentials, fcm, post, simulate } from './call.ts'

const bad = { type: 'token', tokenData: { id: 'x', type: 'fcm' }, objectId: '-ios' }

test('latency: the answer is right and the call counts as in flight until then', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'latency', ms: 30 })
  const answer = post(clevertap, [fcm('a')])
  await clevertap.until(({ inFlight }) => inFlight === 1)
  expect(await (await answer).json()).toMatchObject({ status: 'success' })
  expect(clevertap.inFlight).toBe(0)
  expect(clevertap.received()[0]).toMatchObject({ fault: 'latency', status: 200 })
})

test.each([
  [400, { status: 'fail', error: 'Malformed request', code: 400 }],
  [401, { status: 'fail', error: 'Invalid Credentials', code: 401 }],
  [429, { status: 'fail', error: 'Too many concurrent requests', code: 429 }],
  [500, { status: 'fail', error: 'Internal Server Error', code: 500 }],
  [418, { status: 'fail', error: 'Error 418', code: 418 }],
])('status %i has the flat body and takes nothing in', async (status, body) => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'status', status })
  const answer = await post(clevertap, [fcm('a')])
  expect(answer.status).toBe(status)
  expect(await answer.json()).toEqual(body)
  expect(clevertap.counts).toMatchObject({ accepted: 0, tooMany: status === 429 ? 1 : 0 })
  expect(clevertap.received()[0]).toMatchObject({ size: 1, processed: 0, fault: 'status' })
})

test('status: Retry-After, headers and body as told, and the work done first if applied', async () => {
  const clevertap = await simulate()
  clevertap.fail({
    kind: 'status',
    status: 302,
    retryAfter: 7,
    headers: { Location: 'http://127.0.0.1:1/' },
    body: 'moved',
    applied: true,
  })
  const answer = await fetch(`${clevertap.url}/1/upload`, {
    method: 'POST',
    redirect: 'manual',
    headers: credentials(clevertap),
    body: JSON.stringify({ d: [fcm('a')] }),
  })
  expect(answer.status).toBe(302)
  expect(answer.headers.get('retry-after')).toBe('7')
  expect(answer.headers.get('location')).toBe('http://127.0.0.1:1/')
  expect(await answer.text()).toBe('moved')
  expect(clevertap.counts.accepted).toBe(1)
})

test('hang: no answer until the caller gives up, which is recorded as none', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'hang' })
  const patience = new AbortController()
  const answer = post(clevertap, [fcm('a')], { signal: patience.signal })
  await clevertap.until(({ inFlight }) => inFlight === 1)
  patience.abort()
  await expect(answer).rejects.toThrow()
  await clevertap.until(({ counts }) => counts.calls === 1)
  expect(clevertap.received()[0]).toMatchObject({ status: null, fault: 'hang', processed: 0 })
  expect(clevertap.inFlight).toBe(0)
})

test('stop closes a connection that hangs by a fault', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'hang' })
  const answer = post(clevertap, [fcm('a')])
  const failed = expect(answer).rejects.toThrow()
  await clevertap.until(({ inFlight }) => inFlight === 1)
  await clevertap.stop()
  await failed
})

test.each(['request', 'answer'] as const)('reset at %s: the connection breaks and nothing is taken in', async (at) => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'reset', at })
  await expect(post(clevertap, [fcm('a')])).rejects.toThrow()
  await clevertap.until(({ counts }) => counts.calls === 1)
  expect(clevertap.received()[0]).toMatchObject({ status: null, fault: 'reset', size: at === 'request' ? 0 : 1 })
  expect(clevertap.counts.accepted).toBe(0)
})

/** Speaks HTTP by hand, so that half an answer can be looked at. */
const readUntilBroken = (url: string, request: string): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => void socket.write(request))
    socket.on('data', (piece) => {
      text += piece
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })

test('reset in the body: the head and half of the body come, and the records are taken in', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'reset', at: 'body' })
  const body = JSON.stringify({ d: [fcm('a')] })
  const head = Object.entries({ ...credentials(clevertap), Host: 'x', 'Content-Length': body.length })
  const request = `POST /1/upload HTTP/1.1\r\n${head.map((one) => one.join(': ')).join('\r\n')}\r\n\r\n${body}`
  const [, text = ''] = (await readUntilBroken(clevertap.url, request)).split('\r\n\r\n')
  expect('{"status":"success","processed":1,"unprocessed":[]}'.startsWith(text)).toBe(true)
  expect(text.length).toBeLessThan(30)
  expect(clevertap.counts.accepted).toBe(1)
  expect(clevertap.received()[0]).toMatchObject({ status: null, fault: 'reset', processed: 1 })
})

test('the fault html answers 200 with an HTML page', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'html' })
  const answer = await post(clevertap, [fcm('a')])
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/html')
  expect(await answer.text()).toContain('<!DOCTYPE html>')
})

test('truncated: a complete message whose JSON ends half-way', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'truncated' })
  const text = await (await post(clevertap, [fcm('a')])).text()
  expect(() => JSON.parse(text)).toThrow()
  expect(clevertap.counts.accepted).toBe(1)
})

test('no-items: fail without anything in it', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'no-items' })
  expect(await answerTo(clevertap, [fcm('a')])).toEqual({ status: 'fail', processed: 0, unprocessed: [] })
  expect(clevertap.counts.accepted).toBe(0)
})

test('counts: the right items with a wrong sum', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'counts', processed: 99 })
  expect(await answerTo(clevertap, [fcm('a'), bad])).toMatchObject({ processed: 99, unprocessed: [{ code: 534 }] })
})

const refusedItem = async (fault: {
  record?: 'omitted' | 'changed'
  number?: 'omitted' | 'shifted'
}): Promise<unknown> => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'echo', ...fault })
  const keys = { p256dh: '-_8=', auth: 'x' }
  const record = { type: 'token', tokenData: { id: 'x', type: 'chrome', keys }, objectId: 'web' }
  const answer = (await answerTo(clevertap, [fcm('a'), record])) as { unprocessed: unknown[] } // the documented shape
  return answer.unprocessed[0]
}

test('the fault echo can omit the record', async () => {
  expect(await refusedItem({ record: 'omitted' })).toEqual({
    status: 'fail',
    code: 535,
    error: 'Invalid token data record number : 2',
  })
})

test('the fault echo can rewrite the record', async () => {
  expect(await refusedItem({ record: 'changed' })).toMatchObject({
    record: {
      objectId: 'web',
      tokenData: { keys: { auth: 'x', p256dh: '+/8', echoed: true }, type: 'chrome', id: 'x' },
      echoed: true,
    },
  })
})

test.each([
  ['omitted', 'Invalid token data'],
  ['shifted', 'Invalid token data record number : 3'],
] as const)('echo: with the number %s', async (number, error) => {
  expect(await refusedItem({ number })).toMatchObject({ error, record: { objectId: 'web' } })
})

test('trickle: the right answer, piece by piece', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'trickle', ms: 1, bytes: 10 })
  const answer = await post(clevertap, [fcm('a')])
  let pieces = 0
  let text = ''
  for await (const piece of answer.body ?? []) {
    pieces++
    text += Buffer.from(piece)
  }
  expect(JSON.parse(text)).toEqual({ status: 'success', processed: 1, unprocessed: [] })
  expect(pieces).toBeGreaterThan(1)
})
