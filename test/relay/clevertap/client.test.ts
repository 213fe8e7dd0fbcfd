import { getEventListeners } from 'node:events'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClevertapClient, createClevertapClient } from '../../../src/relay/clevertap/client.ts'
import { bodyOf } from '../../../src/relay/clevertap/record.ts'
import type { TokenRecord } from '../../../src/wire/record.ts'
import { misbehaviours, startUpstream, type Upstream } from '../../faults/upstream.ts'

const passcode = 'pass-SECRET-code'
const records: readonly TokenRecord[] = [
  { type: 'token', tokenData: { id: 'tök', type: 'fcm' }, objectId: 'a' },
  { type: 'token', tokenData: { id: 'u', type: 'apns' }, objectId: 'b' },
]
const success = '{"status":"success","processed":2,"unprocessed":[]}'

let upstream: Upstream
let client: ClevertapClient
const connect = (url: string, timeoutMs = 10_000): ClevertapClient =>
  createClevertapClient({ url, accountId: 'ACC-1', passcode, timeoutMs })

beforeEach(async () => {
  upstream = await startUpstream()
  client = connect(upstream.url)
})
afterEach(async () => {
  await client.close()
  await upstream.stop()
})
const impatient = async (timeoutMs: number): Promise<void> => {
  await client.close()
  client = connect(upstream.url, timeoutMs)
}

describe('what is sent', () => {
  it('is one documented request: path, headers, and the records in `d`, in UTF-8', async () => {
    upstream.behave(misbehaviours.answer(200, success))
    await client.upload(records)
    const [request] = upstream.requests
    expect(request?.head).toMatch(/^POST \/1\/upload HTTP\/1\.1\r\n/)
    expect(request?.head).toMatch(/^x-clevertap-account-id: ACC-1$/im)
    expect(request?.head).toMatch(/^x-clevertap-passcode: pass-SECRET-code$/im)
    expect(request?.head).toMatch(/^content-type: application\/json; charset=utf-8$/im)
    expect(JSON.parse(request?.body ?? '')).toEqual({ d: records })
  })
  it('is a body that was made ahead, where there is one', async () => {
    upstream.behave(misbehaviours.answer(200, success))
    await client.upload(records, { body: bodyOf(records.slice(1)) })
    expect(JSON.parse(upstream.requests[0]?.body ?? '')).toEqual({ d: records.slice(1) })
  })
  it('asks for a dry run with dryRun=1, and passes a trace on', async () => {
    upstream.behave(misbehaviours.answer(200, success))
    await client.upload(records, { dryRun: true, traceparent: '00-a-b-01' })
    expect(upstream.requests[0]?.head).toMatch(/^POST \/1\/upload\?dryRun=1 /)
    expect(upstream.requests[0]?.head).toMatch(/^traceparent: 00-a-b-01$/im)
  })
  it('asks for a profile by its objectId, escaped', async () => {
    upstream.behave(misbehaviours.answer(200, '{}'))
    await client.profile('~a/b?c&d')
    expect(upstream.requests[0]?.head).toMatch(/^GET \/1\/profile\.json\?objectId=~a%2Fb%3Fc%26d /)
  })
  it('uses its connections again, and opens no more than it may', async () => {
    upstream.behave(misbehaviours.answer(200, success))
    for (let at = 0; at < 5; at++) await Promise.all(Array.from({ length: 5 }, () => client.upload(records)))
    expect(upstream.requests).toHaveLength(25)
    expect(upstream.open).toBeLessThanOrEqual(3)
  })
})

describe('an answer', () => {
  it('is handed over as it came: status, body and Retry-After', async () => {
    upstream.behave(misbehaviours.answer(503, '{"ö":1}', { 'Retry-After': '17' }))
    expect(await client.upload(records)).toEqual({ kind: 'answered', status: 503, body: '{"ö":1}', retryAfter: '17' })
    upstream.behave(misbehaviours.answer(200, success))
    expect(await client.upload(records)).toEqual({
      kind: 'answered',
      status: 200,
      body: success,
      retryAfter: undefined,
    })
  })
  it('that repeats the passcode is handed over without it', async () => {
    const hard = 'pa"ss\\code-$&'
    await client.close()
    client = createClevertapClient({ url: upstream.url, accountId: 'ACC-1', passcode: hard })
    upstream.behave(misbehaviours.answer(400, JSON.stringify({ error: `bad ${hard}, bad ${hard}` }) + hard))
    expect(await client.upload(records)).toMatchObject({ body: '{"error":"bad [passcode], bad [passcode]"}[passcode]' })
  })

  it('that repeats the passcode in another letter case is handed over without it too', async () => {
    upstream.behave(misbehaviours.answer(400, 'bad PASS-secret-CODE'))
    expect(await client.upload(records)).toMatchObject({ body: 'bad [passcode]' })
  })

  it('is asked for without compression, and read where it is compressed all the same', async () => {
    const forms = {
      gzip: gzipSync,
      'X-GZip': gzipSync,
      deflate: deflateSync,
      Deflate: deflateRawSync,
      br: brotliCompressSync,
    }
    for (const [encoding, compress] of Object.entries(forms)) {
      upstream.behave((socket) => {
        const body = compress(Buffer.from(success))
        socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`)
        socket.write(body)
      })
      expect(await client.upload(records)).toMatchObject({ kind: 'answered', status: 200, body: success })
    }
    expect(upstream.requests[0]?.head).toMatch(/^accept-encoding: identity$/im)
  })

  it.each(['gzip', 'utf-8', 'none', 'zstd'])(
    'is read as it is where it is not in the coding %s of its header',
    async (encoding) => {
      upstream.behave((socket) => {
        const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${success.length}\r\n\r\n`
        socket.write(`${head}${success}`)
      })
      expect(await client.upload(records)).toMatchObject({ kind: 'answered', status: 200, body: success })
    },
  )

  it('is not unpacked where it is a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    upstream.behave((socket) => {
      socket.write(`HTTP/1.1 401 No\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`)
      socket.write(bomb)
    })
    expect(await client.upload(records)).toMatchObject({ kind: 'answered', status: 401, body: bomb.toString() })
  })

  it('is not the informational one that comes before it', async () => {
    upstream.behave(
      misbehaviours.bytes(
        `HTTP/1.1 102 Processing\r\nRetry-After: 60\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Encoding: gzip\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: ${success.length}\r\n\r\n${success}`,
      ),
    )
    expect(await client.upload(records)).toEqual({
      kind: 'answered',
      status: 200,
      body: success,
      retryAfter: undefined,
    })
  })

  it('is no answer where only an informational one comes', async () => {
    upstream.behave((socket) => void socket.end('HTTP/1.1 103 Early Hints\r\n\r\n'))
    expect(await client.upload(records)).toMatchObject({ kind: 'unanswered' })
  })

  it('says how long to wait by its own clock, whatever this machine’s says', async () => {
    upstream.behave(
      misbehaviours.answer(429, '', {
        Date: 'Sun, 06 Nov 1994 08:49:37 GMT',
        'Retry-After': 'Sun, 06 Nov 1994 08:51:37 GMT',
      }),
    )
    expect(await client.upload(records)).toMatchObject({ status: 429, retryAfter: '120' })
  })

  it('that redirects is not followed, so that the passcode reaches no other host', async () => {
    const elsewhere = await startUpstream()
    elsewhere.behave(misbehaviours.answer(200, success))
    upstream.behave(misbehaviours.answer(307, '', { Location: `${elsewhere.url}/1/upload` }))
    expect(await client.upload(records)).toMatchObject({ kind: 'answered', status: 307 })
    expect(elsewhere.requests).toHaveLength(0)
    await elsewhere.stop()
  })
})

describe('no usable answer', () => {
  const broken = [
    ['is closed', misbehaviours.close()],
    ['is reset', misbehaviours.reset()],
    ['is reset in the middle of the body', misbehaviours.resetInBody()],
    ['is closed in the middle of the body', misbehaviours.closeInBody()],
    ['speaks another protocol', misbehaviours.bytes('220 mail.example.com ESMTP\r\n')],
    ['sends a length that is none', misbehaviours.bytes('HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}')],
    ['sends a chunk that is none', misbehaviours.bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')],
    ['sends headers without end', misbehaviours.bytes(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`)],
  ] as const
  it.each(broken)('is told, with a reason and no more, when the connection %s', async (_, misbehaviour) => {
    upstream.behave(misbehaviour)
    const answer = await client.upload(records)
    expect(answer).toEqual({ kind: 'unanswered', reason: expect.stringMatching(/^\w+$/) })
    expect(JSON.stringify(answer)).not.toContain('SECRET')
  })
  it.each(broken)('does not harm the next request after the connection %s', async (_, misbehaviour) => {
    upstream.behave(misbehaviour)
    await client.upload(records)
    upstream.behave(misbehaviours.answer(200, success))
    expect(await client.upload(records)).toMatchObject({ kind: 'answered', status: 200 })
  })
  it('is told when nobody listens', async () => {
    const gone = await startUpstream()
    await gone.stop()
    const lost = connect(gone.url)
    expect(await lost.upload(records)).toEqual({ kind: 'unanswered', reason: 'ECONNREFUSED' })
    await lost.close()
  })
  it.each([
    ['says nothing', misbehaviours.hang()],
    ['stops after the head', misbehaviours.hangInBody()],
    ['trickles without end', misbehaviours.trickle(10)],
  ])('is told after the time-out when the other side %s', async (_, misbehaviour) => {
    await impatient(150)
    upstream.behave(misbehaviour)
    expect(await client.upload(records)).toEqual({ kind: 'unanswered', reason: 'time-out' })
  })
  it('that does not end is cut off after four megabytes', async () => {
    upstream.behave(misbehaviours.flood())
    expect(await client.upload(records)).toEqual({ kind: 'unanswered', reason: 'answer too large' })
  })
  it('is told when the caller gives up, and nothing is left on its signal', async () => {
    const aborter = new AbortController()
    const asked = client.upload(records, { signal: aborter.signal })
    aborter.abort()
    expect(await asked).toMatchObject({ kind: 'unanswered' })
    expect(getEventListeners(aborter.signal, 'abort')).toHaveLength(0)
    expect(await client.upload(records, { signal: aborter.signal })).toMatchObject({ kind: 'unanswered' })
  })
  it('leaves nothing on the signal of a caller that does not give up', async () => {
    upstream.behave(misbehaviours.answer(200, success))
    const { signal } = new AbortController()
    for (let at = 0; at < 20; at++) await client.upload(records, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
  it('is told after the client was closed', async () => {
    await client.close()
    expect(await client.upload(records)).toMatchObject({ kind: 'unanswered' })
  })
})
