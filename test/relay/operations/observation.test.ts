import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../../../src/relay/operations/log.ts'
import type { StatusSnapshot } from '../../../src/relay/operations/status/view/snapshot.ts'
import { createRelay } from '../../../src/relay/relay.ts'
import { type SimulatorOptions, startSimulator } from '../../../src/simulator/index.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'
import { createCaller } from '../http/running-server.ts'
import { type Family, readExposition } from './metrics/exposition.ts'

const eventually = <T>(find: () => T) => expect.poll(find)
const admin = { authorization: 'Bearer the-admin-key' }
const trace = '4bf92f3577b34da6a3ce929d0e0e4736'

const start = async ({ options, env = {} }: { options?: SimulatorOptions; env?: Record<string, string> } = {}) => {
  const folder = memoryFolder()
  const clevertap = await startSimulator(options)
  const lines: Record<string, unknown>[] = []
  const relay = createRelay({
    log: createLog('info', { write: (line) => lines.push(JSON.parse(line)) }),
    env: {
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
      PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
      PUSHFERRY_API_KEYS: 'shop:backend-key-0123456789',
      PUSHFERRY_ADMIN_KEY: 'the-admin-key',
      PUSHFERRY_FLUSH_MS: '0',
      PUSHFERRY_PORT: '0',
      ...env,
    },
  })
  onTestFinished(async () => {
    await relay.stop()
    await clevertap.stop()
    folder.remove()
  })
  const { url } = await relay.start()
  const call = createCaller(url)
  const upload = (d: unknown[], headers: Record<string, string> = {}) =>
    call('/1/upload', {
      method: 'POST',
      headers: { 'x-clevertap-passcode': 'backend-key-0123456789', ...headers },
      body: { d },
    })
  const metrics = async (): Promise<Family[]> => readExposition((await call('/metrics', { headers: admin })).text)
  const value = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> =>
    (await metrics())
      .flatMap(({ samples }) => samples)
      .find((one) => one.name === name && Object.entries(labels).every(([label, text]) => one.labels[label] === text))
      ?.value
  const status = async (): Promise<StatusSnapshot> =>
    (await call('/status.json', { headers: admin })).json as StatusSnapshot // our own answer
  return { relay, url, call, upload, metrics, value, status, lines, clevertap }
}
const record = (objectId: string) => ({
  type: 'token',
  tokenData: { id: `secret-token-of-${objectId}`, type: 'fcm' },
  objectId: `__person-${objectId}`,
})

describe('a relay that is watched', () => {
  it('tells in metrics, status and log what became of records, and names neither them nor a key', async () => {
    const { call, upload, value, status, lines, clevertap } = await start()
    clevertap.fail({ kind: 'reject', code: 535, objectIds: ['__person-b'] })
    await upload([record('a'), record('b'), 7], {
      'x-request-id': 'call-1',
      traceparent: `00-${trace}-00f067aa0ba902b7-01`,
    })
    await eventually(async () => (await status()).accounts[0]?.settled).toEqual({
      accepted: 1,
      rejected: 1,
      withdrawn: 0,
    })

    expect(await value('pushferry_intake_records_total', { source: 'shop', result: 'queued' })).toBe(2)
    expect(await value('pushferry_intake_records_total', { source: 'shop', result: '524' })).toBe(1)
    expect(await value('pushferry_upload_records_total', { outcome: 'accepted' })).toBe(1)
    expect(await value('pushferry_upload_records_total', { outcome: 'rejected', code: '535' })).toBe(1)
    expect(await value('pushferry_rejected_records', { code: '535' })).toBe(1)
    expect(await value('pushferry_http_requests_total', { method: 'POST', route: '/1/upload', status: '200' })).toBe(1)

    const intake = lines.find(({ event }) => event === 'intake')
    expect(intake).toMatchObject({
      requestId: 'call-1',
      traceId: trace,
      keyName: 'shop',
      records: 3,
      queued: 2,
      invalid: 1,
    })
    const uploaded = lines.find(({ event }) => event === 'upload')
    expect(uploaded).toMatchObject({
      records: 2,
      accepted: 1,
      rejected: 1,
      recordCode: 535,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })

    const page = await call('/status', { headers: admin })
    expect(page.text).toContain('CleverTap rejected 1 of 2 uploaded records')
    const everything = JSON.stringify([
      page.text,
      lines,
      await status(),
      (await call('/metrics', { headers: admin })).text,
    ])
    for (const secret of ['secret-token', '__person', 'the-admin-key', 'backend-key', clevertap.passcode])
      expect(everything).not.toContain(secret)
  })

  it('hands a trace of its own on with each upload, and logs it', async () => {
    const { upload, clevertap, lines } = await start()
    await upload([record('a')])
    await clevertap.until(({ counts }) => counts.accepted === 1)
    await eventually(() => lines.find(({ event }) => event === 'upload')).toBeDefined()
    const traceId = lines.find(({ event }) => event === 'upload')?.traceId
    expect(clevertap.received().find(({ dryRun }) => !dryRun)?.headers.traceparent).toMatch(
      new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`),
    )
  })

  it('puts the trace of a caller into the line of a refusal', async () => {
    const { call, lines } = await start()
    await call('/1/upload', {
      method: 'POST',
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      body: { d: [] },
    })
    expect(lines.find(({ event }) => event === 'request refused')).toMatchObject({
      traceId: trace,
      code: 'unauthorized',
    })
  })

  it('counts what nobody serves under one name', async () => {
    const { call, value } = await start()
    for (const path of ['/wp-login.php', '/.env', '/v1/nothing']) await call(path)
    expect(await value('pushferry_http_requests_total', { method: 'any', route: 'unknown', status: '404' })).toBe(3)
  })

  it('says when CleverTap refuses the credentials, everywhere, and since when', async () => {
    const { upload, status, value, call } = await start({ env: { CLEVERTAP_PASSCODE: 'wrong' } })
    await upload([record('a')])
    await eventually(async () => (await status()).accounts[0]?.upload.state).toBe('suspended')
    const { accounts } = await status()
    expect(accounts[0]).toMatchObject({
      verdict: { level: 'bad', answer: 'No.', headline: expect.stringContaining('1 record waits.') },
      upload: { since: expect.any(Number), nextTryAt: expect.any(Number), cause: expect.stringContaining('HTTP 401') },
      changes: [{ state: 'suspended' }],
    })
    expect(await value('pushferry_account_health', { state: 'suspended' })).toBe(1)
    expect((await call('/readyz')).json).toMatchObject({ status: 'degraded' })
  })

  it('tries rejected records again when it is asked to', async () => {
    const { upload, status, call, clevertap } = await start()
    clevertap.fail({ kind: 'reject', code: 534, times: 1 })
    await upload([record('a')])
    await eventually(async () => (await status()).accounts[0]?.settled.rejected).toBe(1)
    const asked = await call('/status/retry', {
      method: 'POST',
      headers: admin,
      body: { account: clevertap.accountId, code: 534 },
    })
    expect(asked.json).toEqual({ queued: 1 })
    await eventually(async () => (await status()).accounts[0]?.settled).toMatchObject({ accepted: 1, rejected: 0 })
  })

  it('keeps what happened across a restart', async () => {
    const folder = memoryFolder()
    onTestFinished(folder.remove)
    const env = { PUSHFERRY_STORE: `sqlite:${folder.file('kept.db')}` }
    const first = await start({ env })
    await first.upload([record('a'), record('b')])
    await eventually(async () => (await first.status()).accounts[0]?.settled.accepted).toBe(2)
    await first.relay.stop()
    const second = await start({ env })
    expect((await second.status()).accounts[0]).toMatchObject({ last: { hour: { queued: 2, accepted: 2 } } })
    expect(await second.value('pushferry_store_events_total', { event: 'accepted' })).toBe(2)
  })

  it('stops at once while somebody looks at its page', async () => {
    const { relay, url } = await start()
    const request = get(`${url}/status/events`, { headers: admin })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const ended = once(response.resume(), 'end')
    await relay.stop()
    await ended
  })

  it('writes what it has counted of the intake before it ends', async () => {
    const { relay, upload, lines } = await start()
    await Promise.all(Array.from({ length: 20 }, (_, index) => upload([record(`n${index}`)])))
    await relay.stop()
    const calls = lines.filter(({ event }) => event === 'intake').reduce((sum, line) => sum + Number(line.calls), 0)
    expect(calls).toBe(20)
  })

  it('shows nobody anything without an admin key', async () => {
    const { call } = await start({ env: { PUSHFERRY_ADMIN_KEY: '' } })
    for (const path of ['/metrics', '/status', '/status.json', '/status/events', '/status/page.js'])
      expect((await call(path, { headers: { authorization: 'Bearer ' } })).status).toBe(404)
  })
})
