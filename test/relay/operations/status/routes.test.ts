import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createAdminGuard } from '../../../../src/relay/http/admin-guard.ts'
import { createRefuse } from '../../../../src/relay/http/refuse.ts'
import { silentLog } from '../../../../src/relay/operations/log.ts'
import { createRefusalLog } from '../../../../src/relay/operations/refusal-log.ts'
import { addStatus } from '../../../../src/relay/operations/status/routes.ts'
import { createSnapshots } from '../../../../src/relay/operations/status/snapshots.ts'
import { createMemoryStore } from '../../../fakes/memory-store.ts'
import { memoryFolder } from '../../../support/temporary-folder.ts'
import { accountId, type Call, startServer } from '../../http/running-server.ts'

const authorization = 'Bearer the-admin-key'

const start = async (folder?: URL) => {
  const store = createMemoryStore()
  const snapshots = createSnapshots({
    config: {
      maxQueued: 1_000_000,
      maxUnproved: 100_000,
      accounts: [{ id: accountId, uploadConcurrency: 3, keyIdleMs: 30 * 86_400_000 }],
      store: { kind: 'sqlite' },
    },
    store,
    uploads: {
      state: () => ({ upload: 'ok', reason: null, waitMs: 0, inFlight: 0, limit: 3 }),
      holder: () => undefined,
    },
    version: '1.2.3',
  })
  const logged: string[] = []
  const log = { ...silentLog, info: (event: string, fields = {}) => logged.push(JSON.stringify({ event, ...fields })) }
  const refuse = createRefuse(createRefusalLog(silentLog))
  const guard = createAdminGuard('the-admin-key', refuse)
  const server = await startServer(
    {},
    {
      store,
      routes: [
        (app) =>
          addStatus(app, {
            snapshots,
            store,
            accounts: [accountId],
            guard,
            refuse,
            log,
            ...(folder ? { folder } : {}),
          }),
      ],
    },
  )
  const call = (path: string, { headers = {}, ...more }: Call = {}) =>
    server.call(path, { ...more, headers: { authorization, ...headers } })
  /** A row that CleverTap has rejected. */
  const reject = async (objectId: string, code: number): Promise<void> => {
    await store.join('me', '{}')
    await store.put([
      {
        account: accountId,
        objectId,
        token: { id: 't', type: 'fcm' },
        priority: 'live',
        sender: 'trusted',
        replaceLive: true,
        warnings: [],
      },
    ])
    const batch = await store.lease({ account: accountId, holder: 'me', max: 1, flushMs: 0 })
    if ('waitMs' in batch) throw new Error('nothing was due')
    const [entry] = batch.entries
    await store.complete('me', [
      {
        account: accountId,
        objectId,
        generation: entry?.generation ?? 0,
        outcome: { kind: 'rejected', error: { code, message: 'no' } },
      },
    ])
  }
  return { ...server, call, reject, logged }
}

describe('the status routes', () => {
  it.each(['/status/', '/status//', '//status/?range=day'])(
    'redirects %s to the path without the slash, to which the links of the page are relative',
    async (path) => {
      const { call } = await start()
      const { status, headers } = await call(path)
      expect(status).toBe(308)
      const { pathname, search } = new URL(String(headers.location), `http://relay.example${path}`)
      expect(`${pathname}${search}`.replace(/^\/+/, '/')).toBe(`/status${path.includes('?') ? '?range=day' : ''}`)
    },
  )
  it.each([
    ['GET', '/status'],
    ['GET', '/status.json'],
    ['GET', '/status/events'],
    ['GET', '/status/page.js'],
    ['GET', '/status/page.css'],
    ['GET', '/status/icon.svg'],
    ['POST', '/status/retry'],
  ])('need the admin key: %s %s', async (method, path) => {
    const { call } = await start()
    const answer = await call(path, { method, headers: { authorization: 'Bearer another' } })
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthorized' } })
  })

  it('serve the page under a policy that allows its own files only, and nothing inline', async () => {
    const { call } = await start()
    const answer = await call('/status')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-store')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(policy).not.toMatch(/unsafe|data:|\*|https?:/)
    expect(answer.text).toContain('Nothing yet.')
  })

  it('show the range that was asked for, the hour if that is none, and no unknown account', async () => {
    const { call } = await start()
    const rangeOf = async (path: string) => /<body [^>]*data-range="(.*?)"/.exec((await call(path)).text)?.[1]
    expect(await rangeOf('/status?range=day')).toBe('day')
    expect(await rangeOf('/status?range=%3Cscript%3E')).toBe('hour')
    expect((await call(`/status?account=${accountId}`)).status).toBe(200)
    expect((await call('/status?account=other')).status).toBe(404)
    expect((await call('/status?account=a&account=b')).status).toBe(404)
    expect((await call('/status/events?account=other')).status).toBe(404)
  })

  it('returns the same numbers as JSON', async () => {
    const { call } = await start()
    const answer = await call('/status.json')
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.json).toMatchObject({
      version: '1.2.3',
      accounts: [{ account: accountId, verdict: { level: 'empty' } }],
    })
  })

  it('stream it to a page that stays open', async () => {
    const { url } = await start()
    const request = get(`${url}/status/events`, { headers: { authorization } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect(response.headers['content-type']).toBe('text/event-stream')
    expect(response.headers['x-accel-buffering']).toBe('no')
    let text = ''
    for await (const chunk of response) {
      text += chunk
      if (text.includes('\n\ndata: ') && text.endsWith('\n\n')) break
    }
    expect(JSON.parse(text.split('data: ')[1] ?? '')).toMatchObject({ account: { account: accountId } })
  })

  it('end the streams when the server closes', async () => {
    const { url, app } = await start()
    const request = get(`${url}/status/events`, { headers: { authorization } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const ended = once(response.resume(), 'end')
    await app.close()
    await ended
  })

  it('serve the files of the page, and nothing when they have not changed', async () => {
    const folder = memoryFolder()
    try {
      writeFileSync(folder.file('pushferry-status.css'), 'body{}')
      const { call } = await start(new URL(`file://${folder.path}/`))
      const answer = await call('/status/page.css')
      expect(answer).toMatchObject({ status: 200, text: 'body{}' })
      expect(answer.headers['content-type']).toBe('text/css; charset=utf-8')
      const etag = String(answer.headers.etag)
      expect((await call('/status/page.css', { headers: { 'if-none-match': etag } })).status).toBe(304)
      expect(await call('/status/page.js')).toMatchObject({
        status: 404,
        json: { detail: 'pushferry-status.min.js has not been built' },
      })
    } finally {
      folder.remove()
    }
  })
})

describe('POST /status/retry', () => {
  const retry = (body: unknown, headers: Record<string, string> = {}): Call => ({ method: 'POST', body, headers })

  it('queues the records of one code again, or all, and logs who asked', async () => {
    const { call, store, reject, logged } = await start()
    await reject('a', 535)
    await reject('b', 530)
    await reject('c', 530)
    expect(await call('/status/retry', retry({ account: accountId, code: 530 }))).toMatchObject({
      status: 200,
      json: { queued: 2 },
    })
    expect(await call('/status/retry', retry({ account: accountId }))).toMatchObject({ json: { queued: 1 } })
    expect((await store.counts(accountId)).queued.live).toBe(3)
    expect(logged).toHaveLength(2)
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      event: 'rejected records are queued again',
      account: accountId,
      records: 2,
      recordCode: 530,
      address: '127.0.0.1',
      requestId: expect.any(String),
    })
  })

  it.each<[string, unknown, number, string]>([
    ['no account', {}, 400, 'malformed_json'],
    ['a code that is no number', { account: accountId, code: '530' }, 400, 'malformed_json'],
    ['a code that is no whole number', { account: accountId, code: 5.5 }, 400, 'malformed_json'],
    ['nothing at all', undefined, 400, 'malformed_json'],
    ['a list', [], 400, 'malformed_json'],
    ['an unknown account', { account: 'other' }, 404, 'not_found'],
  ])('refuses %s and queues nothing', async (_, body, status, code) => {
    const { call, store, reject } = await start()
    await reject('a', 535)
    expect(await call('/status/retry', retry(body))).toMatchObject({ status, json: { code } })
    expect((await store.counts(accountId)).rejected).toBe(1)
  })

  it.each<[string, Record<string, string>, string]>([
    ['that another site caused', { 'sec-fetch-site': 'cross-site' }, 'origin_not_allowed'],
    ['of an older browser on another site', { origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['that a form can send', { 'content-type': 'text/plain' }, 'unsupported_media_type'],
    ['that a form can send, too', { 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported_media_type'],
  ])('refuses a retry that another site may have caused, whatever the password: one %s', async (_, headers, code) => {
    const { call, store, reject } = await start()
    await reject('a', 535)
    const answer = await call(
      '/status/retry',
      retry(JSON.stringify({ account: accountId }), { 'content-type': 'application/json', ...headers }),
    )
    expect(answer.json).toMatchObject({ code })
    expect((await store.counts(accountId)).rejected).toBe(1)
  })
})
