import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { decodeRecord } from '../../../src/wire/decode.ts'
import { horrors } from '../../../tools/fuzz/horrors.mjs'
import { anyString } from '../../support/any-string.ts'
import { accountId, apiKey, type Call, createCaller, origin, startServer } from './running-server.ts'
import { nativeRecord, subscription } from './sample-records.ts'

/** More for a long run: `FUZZ_REQUESTS=100000 npx vitest run test/relay/http/hostile.test.ts`. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 1200)

const record = JSON.stringify(nativeRecord('victim', 'token'))

const routes: readonly [string, string][] = [
  ['POST', '/1/upload'],
  ['POST', '/1/upload?dryRun=1'],
  ['POST', '/v1/subscriptions'],
  ['DELETE', '/v1/subscriptions/victim'],
  ['GET', '/v1/tokens/victim'],
  ['DELETE', '/v1/tokens/other'],
  ['GET', '/v1/config'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/openapi.json'],
  ['GET', '/pushferry.min.js?v=%00'],
]
const good = { origin, 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }

/** Everything that waits for upload is a record that CleverTap can be sent. */
const expectValidOutbox = async (store: Store): Promise<void> => {
  await store.join('h', '{}')
  for (;;) {
    const batch = await store.lease({ account: accountId, holder: 'h', max: 100, flushMs: 0 })
    if (!('entries' in batch)) return
    for (const { objectId, token } of batch.entries)
      expect(decodeRecord({ type: 'token', tokenData: token, objectId })).toMatchObject({ ok: true })
  }
}

const headerValue = fc
  .string({ unit: fc.constantFrom(...'aA0 ,;:=/"\\\t-_.%{}é'), maxLength: 40 })
  .map((value) => value.trim())
const headerName = fc.constantFrom(
  'content-type',
  'authorization',
  'x-clevertap-passcode',
  'x-clevertap-account-id',
  'x-pushferry-key',
  'x-request-id',
  'x-forwarded-for',
  'origin',
  'accept-encoding',
  'content-encoding',
  'if-none-match',
  'sec-fetch-site',
  'expect-ct',
  'range',
  'cookie',
  'accept-version',
)
const mutated = fc
  .tuple(
    fc.constantFrom(JSON.stringify(subscription('victim')), `{"d":[${record}]}`, record),
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), anyString(5)), {
      maxLength: 4,
    }),
  )
  .map(([body, cuts]) =>
    cuts.reduce((kept, [share, put]) => {
      const at = Math.floor(share * kept.length)
      return kept.slice(0, at) + put + kept.slice(at + put.length)
    }, body),
  )
const anyBody = fc.oneof(
  fc.constantFrom(...horrors),
  mutated,
  fc.json({ maxDepth: 5 }),
  fc.uint8Array({ maxLength: 300 }),
  fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 }).map((d) => JSON.stringify({ d })),
)
const anyPath = fc.oneof(
  fc.constantFrom(...routes),
  fc.tuple(
    fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'SEARCH'),
    fc
      .tuple(
        fc.constantFrom('/v1/tokens/', '/v1/subscriptions/', '/1/upload', '/', '/v1/config?'),
        fc.string({ unit: fc.constantFrom(...'aZ0/.%2fF00C0ed#?&=:*;~!@$()[]+_'), maxLength: 60 }),
      )
      .map(([start, end]) => start + end),
  ),
)

describe('hostile input', () => {
  it('of every known kind, at every route, is never answered 5xx', async () => {
    const { call, store } = await startServer({ PUSHFERRY_TICKET_KEY: 'x'.repeat(32) })
    for (const [method, path] of routes)
      for (const body of horrors) {
        const { status } = await call(path, { method, headers: good, body })
        expect(status, `${method} ${path} ${String(body).slice(0, 60)}`).toBeLessThan(500)
      }
    await expectValidOutbox(store)
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })

  it('made at random is never answered 5xx, and nothing invalid is stored', {
    timeout: 180_000 + requests * 20,
  }, async () => {
    const { url, store, lines } = await startServer({ PUSHFERRY_TICKET_KEY: 'x'.repeat(32) })
    // Not held against the description: half of the paths and headers are refused before there is a route.
    const call = createCaller(url)
    const request = fc.record({
      to: anyPath,
      body: fc.option(anyBody, { nil: undefined }),
      headers: fc.dictionary(headerName, headerValue, { maxKeys: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ to: [method, path], body, headers }) => {
        const sent: Call = { method, headers: { ...good, ...headers }, body }
        const { status } = await call(path, sent)
        expect(status).toBeLessThan(500)
      }),
      { numRuns: requests },
    )
    expect(lines().filter((line) => line.includes('"level":"error"'))).toEqual([])
    await expectValidOutbox(store)
  })

  it('on the bare connection ends that connection at most', { timeout: 180_000 + requests * 20 }, async () => {
    const { port, call } = await startServer()
    const line = fc.constantFrom(
      'GET /healthz HTTP/1.1',
      'POST /1/upload HTTP/1.1',
      'POST /1/upload HTTP/1.0',
      'PRI * HTTP/2.0',
      'CONNECT a:1 HTTP/1.1',
      'GET http://evil.example/healthz HTTP/1.1',
      'host: a',
      'host: b',
      'content-length: 5',
      'content-length: -1',
      'content-length: 99999999999999999999',
      'transfer-encoding: chunked',
      'transfer-encoding: chunked, identity',
      'transfer-encoding : chunked',
      'content-type: application/json',
      `authorization: Bearer ${apiKey}`,
      'connection: upgrade',
      'upgrade: websocket',
      'expect: 100-continue',
      'expect: nothing',
      'x: \u0000',
      ' folded',
      '',
      '5',
      '{"d":',
      'fffffffffffffffff',
      '0',
    )
    const stream = fc
      .tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\r\n', '\n', '\r'), fc.uint8Array({ maxLength: 30 }))
      .map(([lines, end, tail]) => Buffer.concat([Buffer.from(lines.join(end) + end + end, 'latin1'), tail]))
    await fc.assert(
      fc.asyncProperty(stream, async (bytes) => {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.end(bytes)
        const answer = await text(socket).catch(() => '')
        expect(answer).not.toMatch(/HTTP\/1\.1 5/)
      }),
      { numRuns: Math.ceil(requests / 4) },
    )
    expect((await call('/healthz')).status).toBe(200)
  })
})
