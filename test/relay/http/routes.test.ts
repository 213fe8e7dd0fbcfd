import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { apiKey, type Call, origin, startServer } from './running-server.ts'

describe('an unknown path', () => {
  it.each<[string, Call]>([
    ['/', {}],
    ['/1/uploads', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }],
    ['/1/other', { method: 'POST', body: {} }],
    ['/v1/subscriptions/a/b', { method: 'DELETE', headers: { origin } }],
    ['/v1/tokens/', { headers: { authorization: `Bearer ${apiKey}` } }],
    ['/v1/tokens/%zz', {}],
    [`/v1/tokens/${'x'.repeat(3000)}`, {}],
    ['/pushferry.js', {}],
    ['/%00', {}],
    ['/healthz/x', {}],
    ['/healthz/../readyz', {}],
    ['*', { method: 'OPTIONS' }],
  ])('answers a request for %s with 404', async (path, call) => {
    const server = await startServer()
    const answer = await server.call(path, call)
    expect(answer).toMatchObject({
      status: 404,
      json: { type: 'about:blank', title: 'Not Found', status: 404, code: 'not_found' },
    })
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })

  it('is not repeated in the log, and stands there at level debug only', async () => {
    const { call, lines } = await startServer()
    await call('/marked?marked=marked')
    expect(lines().join()).toContain('"level":"debug"')
    expect(lines().join()).not.toContain('marked')
  })
})

describe('a known path with another method', () => {
  it.each([
    ['/healthz', 'POST', 'GET, HEAD'],
    ['/readyz', 'DELETE', 'GET, HEAD'],
    ['/v1/config', 'POST', 'GET, HEAD, OPTIONS'],
    ['/v1/subscriptions', 'GET', 'OPTIONS, POST'],
    ['/v1/subscriptions/x', 'PATCH', 'DELETE, OPTIONS'],
    ['/v1/tokens/x', 'POST', 'DELETE, GET, HEAD'],
    ['/1/upload?dryRun=1', 'GET', 'POST'],
    ['/openapi.json', 'PUT', 'GET, HEAD'],
    ['/pushferry.min.js', 'POST', 'GET, HEAD'],
    ['/healthz', 'MKCOL', 'GET, HEAD'],
  ])('is 405 and names the allowed methods: %s %s, %s', async (path, method, allow) => {
    const { call } = await startServer()
    const answer = await call(path, { method, headers: { origin } })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe(allow)
  })
})

describe('a path', () => {
  it.each([
    '//1/upload',
    '/1/upload/',
    '/1//upload',
    '///1/upload//',
    '/1/upload/?dryRun=1',
    '//1//upload?dryRun=0',
    '/1/%75pload',
    'http://relay.example/1/upload',
    'HTTP://relay.example:80//1/upload/',
  ])('is taken as %s, and refusals have the form of its route', async (path) => {
    const { call } = await startServer()
    const headers = { 'X-CleverTap-Passcode': apiKey }
    expect((await call(path, { method: 'POST', headers, body: { d: [] } })).status).toBe(200)
    const refused = await call(path, { method: 'POST', body: { d: [] } })
    expect(refused).toMatchObject({ status: 401, json: { status: 'fail', code: 401 } })
    expect((await call(path)).headers.allow).toBe('POST')
  })

  it('of each other route is taken with doubled and trailing slashes too', async () => {
    const { call } = await startServer()
    const withOrigin = { headers: { origin } }
    for (const path of ['//v1/config', '/v1/config/']) expect((await call(path, withOrigin)).status).toBe(200)
    for (const path of ['//healthz', '/readyz/', '//openapi.json/']) expect((await call(path)).status).toBe(200)
    const backend = { method: 'DELETE', headers: { authorization: `Bearer ${apiKey}` } }
    for (const path of ['//v1/tokens/x', '/v1/tokens/x/']) expect((await call(path, backend)).status).toBe(204)
  })
})

describe('a request id', () => {
  it('is taken from the caller when it is short and plain, and is in answer and log', async () => {
    const { call, lines } = await startServer()
    const answer = await call('/nowhere', { headers: { 'x-request-id': 'trace-1:a.b' } })
    expect(answer.headers['x-request-id']).toBe('trace-1:a.b')
    expect(lines().join()).toContain('"requestId":"trace-1:a.b"')
  })

  it.each([' ', 'a b', 'x'.repeat(65), 'é', '{}'])('like %j is replaced by one of ours', async (given) => {
    const { call } = await startServer()
    const answer = await call('/healthz', { headers: { 'x-request-id': given } })
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{10}-\w+$/)
  })

  it('differs from request to request', async () => {
    const { call } = await startServer()
    const ids = await Promise.all([1, 2, 3].map(async () => (await call('/healthz')).headers['x-request-id']))
    expect(new Set(ids).size).toBe(3)
  })
})

describe('every answer', () => {
  it.each(['/healthz', '/nowhere', '/v1/config', '/1/upload'])(
    'of %s tells browsers to do nothing with it',
    async (path) => {
      const { call } = await startServer()
      expect((await call(path)).headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
    },
  )
})

describe('more routes', () => {
  it('are added with all that holds for every route', async () => {
    const { call } = await startServer(
      {},
      {
        routes: [
          (app) => {
            app.get('/added', { schema: { summary: 'Prometheus' } }, (_request, reply) => {
              reply.type('text/plain').send('pushferry_up 1')
            })
          },
        ],
      },
    )
    const answer = await call('/added')
    expect(answer).toMatchObject({ status: 200, text: 'pushferry_up 1' })
    expect(answer.headers['x-request-id']).toBeDefined()
    expect((await call('/added', { method: 'POST' })).headers.allow).toBe('GET, HEAD')
    expect((await call('/openapi.json')).json).toMatchObject({
      paths: { '/added': { get: { summary: 'Prometheus' } } },
    })
  })
})

describe('/openapi.json', () => {
  it('has every route, with its bodies, its refusals and how to identify oneself', async () => {
    const { call } = await startServer()
    const { status, json } = await call('/openapi.json')
    expect(status).toBe(200)
    const document = json as { openapi: string; paths: Record<string, Record<string, { responses: object }>> }
    expect(document.openapi).toBe('3.1.0')
    const routes = Object.entries(document.paths).map(([path, methods]) => `${path} ${Object.keys(methods).sort()}`)
    expect(routes.sort()).toEqual([
      '/1/upload post',
      '/healthz get',
      '/openapi.json get',
      '/pushferry-prompt.min.js get',
      '/pushferry-sw.min.js get',
      '/pushferry.min.js get',
      '/readyz get',
      '/v1/config get',
      '/v1/subscriptions post',
      '/v1/subscriptions/{objectId} delete',
      '/v1/tokens/{objectId} delete,get',
    ])
    expect(Object.keys(document.paths['/v1/subscriptions']?.post?.responses ?? {})).toEqual([
      '202',
      '400',
      '401',
      '403',
      '413',
      '415',
      '422',
      '429',
      '503',
    ])
    expect(document.paths['/1/upload']?.post).toMatchObject({
      security: [{ apiKey: [] }, { passcode: [] }],
      parameters: expect.arrayContaining([expect.objectContaining({ name: 'dryRun', in: 'query' })]),
      responses: { 400: { content: { 'application/json': { schema: { properties: { error: {}, code: {} } } } } } },
    })
  })
})

describe('/healthz and /readyz', () => {
  const health = (state: 'ok' | 'throttled' | 'suspended' | 'failing', waitMs = 0) => ({
    uploads: { health: () => state, waitMs: () => waitMs },
  })

  it('say that the process lives and that records are taken', async () => {
    const { call } = await startServer()
    expect(await call('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } })
    expect(await call('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'ok', accounts: { 'TEST-ACC-1': { status: 'ok', upload: 'ok' } } },
    })
  })

  it.each(['suspended', 'failing'] as const)('are 200 while uploads are %s, and readyz says so', async (upload) => {
    const { call } = await startServer({}, health(upload))
    expect(await call('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'degraded', accounts: { 'TEST-ACC-1': { status: 'degraded', upload } } },
    })
    expect((await call('/healthz')).status).toBe(200)
  })

  it('readyz says for how long nothing is sent yet where CleverTap said to wait', async () => {
    const { call } = await startServer({}, health('throttled', 7000))
    expect((await call('/readyz')).json).toMatchObject({
      status: 'degraded',
      accounts: { 'TEST-ACC-1': { status: 'degraded', upload: 'throttled', waitMs: 7000 } },
    })
  })

  it('readyz is 503 while the store takes nothing, and 200 again when it does', async () => {
    let now = 0
    let broken = true
    let probes = 0
    const probe = async () => {
      probes++
      if (broken) throw new Error('no')
    }
    const { call } = await startServer({}, { store: { ...createMemoryStore(), probe }, monotonic: () => now })
    expect(await call('/readyz')).toMatchObject({ status: 503, json: { status: 'degraded' } })
    expect((await call('/healthz')).status).toBe(200)
    broken = false
    now = 999
    expect((await call('/readyz')).status).toBe(503)
    expect(probes).toBe(1)
    now = 1000
    expect(await call('/readyz')).toMatchObject({ status: 200, json: { status: 'ok' } })
    expect(probes).toBe(2)
  })

  it('readyz is asked anew a second later by the monotonic clock, though the wall clock was set back', async () => {
    let broken = false
    const probe = async () => {
      if (broken) throw new Error('no')
    }
    const { call } = await startServer({}, { store: { ...createMemoryStore(), probe } })
    onTestFinished(() => void vi.restoreAllMocks())
    const [wall, monotonic] = [Date.now(), performance.now()]
    expect((await call('/readyz')).status).toBe(200)
    broken = true
    vi.spyOn(Date, 'now').mockReturnValue(wall - 3_600_000)
    vi.spyOn(performance, 'now').mockReturnValue(monotonic + 60_000)
    expect((await call('/readyz')).status).toBe(503)
  })
})
