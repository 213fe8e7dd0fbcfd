import { createECDH, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { snapshotWith } from './snapshots.ts'
import { type DemoFolder, makeDemoFolder, type RunningDemo, startDemo } from './start-demo.ts'

describe('the demo site', () => {
  let folder: DemoFolder
  let demo: RunningDemo
  beforeAll(async () => {
    folder = makeDemoFolder()
    demo = await startDemo(folder)
  })
  afterAll(async () => {
    await demo?.stop('SIGINT')
    folder?.remove()
  })

  const post = async (path: string, body: unknown, headers: Record<string, string> = { origin: demo.site }) => {
    const response = await fetch(demo.site + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  const native = (objectId: string) => ({
    type: 'token',
    tokenData: { id: `token-of-${objectId}`, type: 'fcm' },
    objectId,
  })

  test('has the policy of a careful customer, and the script tag of the relay', async () => {
    const response = await fetch(demo.site)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'self'; ")
    expect(policy).toContain(`script-src 'self' ${demo.relay}; `)
    expect(policy).toContain(`connect-src 'self' ${demo.relay}; `)
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(await response.text()).toContain(`src="${demo.relay}/pushferry.min.js"`)
    const worker = await fetch(`${demo.site}/pushferry-sw.min.js`)
    expect(await worker.text()).toBe(`importScripts('${demo.relay}/pushferry-sw.min.js')\n`)
    expect((await fetch(`${demo.relay}/pushferry-sw.min.js`)).status).toBe(200)
  })

  test('tells its page what the simulated CleverTap keeps, from the first moment', async () => {
    const { clevertap, relay } = await snapshotWith(demo.site, 'nobody', () => true)
    expect(relay).toMatchObject({ url: demo.relay, readiness: { status: 'ok' } })
    expect(clevertap).toMatchObject({ simulated: true, mode: 'working', counts: { accepted: 6 } })
    expect(clevertap.simulated && clevertap.profiles.map(({ token }) => token.type).sort()).toEqual([
      'apns',
      'chrome',
      'fcm',
      'gcm',
      'mpns',
      'wns',
    ])
  })

  test('posts a native token with the API key, and follows it to CleverTap', async () => {
    const { status, body } = await post('/demo/upload', native('__phone'))
    expect({ status, body }).toEqual({
      status: 200,
      body: { status: 200, body: { status: 'success', processed: 1, unprocessed: [] } },
    })
    const { tokens, clevertap } = await snapshotWith(
      demo.site,
      'nobody',
      (snapshot) => snapshot.tokens.__phone?.state === 'accepted',
    )
    expect(tokens.nobody).toBeNull()
    expect(clevertap.simulated && clevertap.deliveries.__phone?.record).toEqual(native('__phone'))
  })

  test("hands back the relay's own words about a bad record", async () => {
    const { body } = await post('/demo/upload', native('not an id'))
    expect(body.body).toMatchObject({ status: 'fail', unprocessed: [{ code: 530 }] })
  })

  test.each([
    ['outage', 500],
    ['too-many', 429],
  ])('makes CleverTap fail (%s), and work again', async (mode, status) => {
    expect(await post('/demo/mode', { mode })).toEqual({ status: 200, body: { mode } })
    const objectId = `__${mode}`
    await post('/demo/upload', native(objectId))
    const failing = await snapshotWith(
      demo.site,
      objectId,
      ({ clevertap }) => clevertap.simulated && clevertap.deliveries[objectId]?.call.status === status,
    )
    expect(failing.tokens[objectId]?.state).not.toBe('accepted')
    await post('/demo/mode', { mode: 'working' })
    await snapshotWith(demo.site, objectId, ({ tokens }) => tokens[objectId]?.state === 'accepted')
  })

  test('shows the uploads suspended while CleverTap refuses the passcode', async () => {
    await post('/demo/mode', { mode: 'refused' })
    await post('/demo/upload', native('__refused'))
    // The record is queued again a moment after its refusal has come.
    await snapshotWith(
      demo.site,
      '__refused',
      ({ relay, clevertap, tokens }) =>
        relay.readiness?.accounts[clevertap.accountId]?.upload === 'suspended' && tokens.__refused?.state === 'queued',
    )
    await post('/demo/mode', { mode: 'working' })
  })

  test('notes the viewed and clicked requests of a test notification', async () => {
    await fetch(`${demo.site}/demo/viewed?test=7`)
    await fetch(`${demo.site}/demo/clicked?test=7&r=x&b=button0&s=true`)
    const { reports } = await snapshotWith(demo.site, 'nobody', (snapshot) => snapshot.reports.length === 2)
    expect(reports.map(({ what, test }) => [what, test])).toEqual([
      ['viewed', 7],
      ['clicked', 7],
    ])
  })

  test.each([
    ['no subscription', { endpoint: 'https://push.example.com/x' }, 'these are no keys of a subscription'],
    ['no https endpoint', { endpoint: 'http://127.0.0.1:1/', keys: {} }, 'the endpoint must be an https URL'],
    ['no endpoint', {}, expect.any(String)],
  ])('sends no test notification to what is %s', async (_, subscription, message) => {
    expect(await post('/demo/test', subscription)).toEqual({ status: 400, body: { message } })
  })

  test('says so when the push service cannot be reached', async () => {
    const browser = createECDH('prime256v1')
    const keys = { p256dh: browser.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') }
    const { status, body } = await post('/demo/test', { endpoint: 'https://127.0.0.1:9/send/x', keys })
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: null, message: expect.stringContaining('127.0.0.1:9 cannot be reached') })
    expect(body.payload).toMatchObject({ deepLink: `${demo.site}/`, notificationOptions: { actions: [{}] } })
  })

  test('answers nobody but its own page', async () => {
    const refused = { status: 403, body: { message: 'only for the demo page itself' } }
    expect(await post('/demo/mode', { mode: 'outage' }, { origin: 'https://evil.example' })).toEqual(refused)
    expect(await post('/demo/mode', { mode: 'outage' }, {})).toEqual(refused)
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${demo.site}/demo/events`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asked.once('error', reject).end()
    })
    expect(status).toBe(403)
    const { clevertap } = await snapshotWith(demo.site, 'nobody', () => true)
    expect(clevertap).toMatchObject({ mode: 'working' })
  })

  test.each([
    ['broken JSON', '/demo/mode', '{', {}, 400],
    ['no object', '/demo/mode', '[]', {}, 400],
    ['another content type', '/demo/mode', '{}', { 'content-type': 'text/plain' }, 400],
    ['more than 16 KiB', '/demo/upload', JSON.stringify({ a: 'a'.repeat(17_000) }), {}, 400],
    ['an unknown mode', '/demo/mode', '{"mode":"toString"}', {}, 400],
    ['a post to a file', '/style.css', '{}', {}, 405],
  ])('the demo site refuses %s', async (_, path, body, headers, status) => {
    expect((await post(path, body, { origin: demo.site, ...headers })).status).toBe(status)
  })

  test.each(['/nothing', '/tsconfig.json', '/../start.mjs', '/%2e%2e/sample.json'])(
    'the demo site has no %s',
    async (path) => {
      expect((await fetch(demo.site + path)).status).toBe(404)
    },
  )
})
