import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigError, createRelay, RelayError, type RelayOptions } from '../../src/relay/index.ts'
import { type Log, silentLog } from '../../src/relay/operations/log.ts'
import { startSimulator } from '../../src/simulator/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { memoryFolder } from '../support/temporary-folder.ts'
import { createCaller } from './http/running-server.ts'

const key = { 'x-clevertap-passcode': 'backend-key-0123456789' }
const record = { type: 'token', tokenData: { id: 'token-of-a', type: 'fcm' }, objectId: '__a' }

const setUp = async (more: Record<string, string> = {}, log: Log = silentLog) => {
  const folder = memoryFolder()
  const clevertap = await startSimulator()
  const env = {
    CLEVERTAP_URL: clevertap.url,
    CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
    CLEVERTAP_PASSCODE: clevertap.passcode,
    PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
    PUSHFERRY_API_KEYS: 'shop:backend-key-0123456789',
    PUSHFERRY_FLUSH_MS: '0',
    PUSHFERRY_PORT: '0',
    ...more,
  }
  const relay = createRelay({ env, log })
  onTestFinished(async () => {
    await relay.stop()
    await clevertap.stop()
    folder.remove()
  })
  return { relay, clevertap, env }
}

/** A server that has nothing to do with the relay, on a port of its own. */
const listenElsewhere = async (server = createServer()): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port // a TCP server has one
}

describe('createRelay', () => {
  it('refuses an option that it does not know, and names those that it does', () => {
    const misspelt = { enviroment: {} } as RelayOptions // what plain JavaScript may give
    expect(() => createRelay(misspelt)).toThrow(
      new TypeError('createRelay: unknown option "enviroment"; known options are env, config, log'),
    )
  })

  it('throws at once for a wrong setting, and does nothing else before it is started', async () => {
    expect(() => createRelay({ env: {} })).toThrow(ConfigError)
    const { relay } = await setUp()
    await relay.stop()
  })

  it('carries a record from its own server to CleverTap, and can be stopped twice', async () => {
    const { relay, clevertap } = await setUp()
    const { url } = await relay.start()
    const call = createCaller(url)
    expect(await call('/1/upload', { method: 'POST', headers: key, body: { d: [record] } })).toMatchObject({
      json: { status: 'success', processed: 1 },
    })
    await clevertap.until(({ counts }) => counts.accepted === 1)
    await relay.stop()
    await relay.stop()
    await expect(call('/healthz')).rejects.toThrow()
  })

  it('serves and uploads within another server, beside that one’s own routes', async () => {
    const { relay, clevertap } = await setUp()
    await relay.startUploads()
    const port = await listenElsewhere(
      createServer((request, response) => {
        if (request.url === '/own') response.end('own')
        else relay.server.routing(request, response)
      }),
    )
    const call = createCaller(`http://127.0.0.1:${port}`)
    expect((await call('/own')).text).toBe('own')
    expect(await call('/1/upload', { method: 'POST', headers: key, body: record })).toMatchObject({ status: 200 })
    await clevertap.until(({ counts }) => counts.accepted === 1)
    expect(await call('/nothing')).toMatchObject({ json: { code: 'not_found' } })
  })

  it('says which port is taken, and what to do', async () => {
    const port = await listenElsewhere()
    const { relay } = await setUp({ PUSHFERRY_PORT: String(port) })
    const started = relay.start()
    await expect(started).rejects.toThrow(RelayError)
    await expect(started).rejects.toThrow(`port ${port} of 127.0.0.1 is taken: set PUSHFERRY_PORT`)
  })

  it('answers 503 and can be stopped while nobody runs its PostgreSQL', async () => {
    const { relay } = await setUp({ PUSHFERRY_STORE: 'postgres://nobody@127.0.0.1:9/none' })
    const call = createCaller((await relay.start()).url)
    const answer = await call('/1/upload', { method: 'POST', headers: key, body: record })
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } })
    expect((await call('/readyz')).status).toBe(503)
    await relay.stop()
  })

  it('does not start with a store that no waiting opens, says why, and leaves nothing behind', async () => {
    const folder = memoryFolder()
    onTestFinished(folder.remove)
    const { relay } = await setUp({ PUSHFERRY_STORE: `sqlite:${folder.path}/none/relay.db` })
    await expect(relay.start()).rejects.toThrow(
      new RelayError(`there is no folder ${folder.path}/none: make it, or set PUSHFERRY_STORE to another file`),
    )
    expect(relay.server.addresses()).toEqual([])
  })

  it('asks CleverTap at its start whether it takes the credentials, and warns if not', async () => {
    const lines: unknown[] = []
    const line = (event: string, fields: unknown): void => void lines.push([event, fields])
    const log = { ...silentLog, warn: line, info: line }
    const { relay, clevertap } = await setUp({ CLEVERTAP_PASSCODE: 'wrong' }, log)
    await relay.start()
    await expect
      .poll(() => lines)
      .toContainEqual([
        'CleverTap does not accept uploads',
        {
          account: clevertap.accountId,
          reason: expect.stringMatching(/^CleverTap refuses the credentials \(HTTP 401\)/),
        },
      ])
    expect(clevertap.counts).toMatchObject({ accepted: 0 })
  })

  it('does not listen when it was stopped before it could', async () => {
    const { relay } = await setUp()
    const started = relay.start()
    const stopped = relay.stop()
    await expect(started).rejects.toThrow(new RelayError('the relay was stopped before it could listen'))
    await stopped
    expect(relay.server.addresses()).toEqual([])
    await expect(relay.start()).rejects.toThrow(RelayError)
  })

  it('lets other processes know at once when CleverTap refuses the credentials', async () => {
    const { relay, env } = await setUp({ CLEVERTAP_PASSCODE: 'wrong' })
    const call = createCaller((await relay.start()).url)
    await call('/1/upload', { method: 'POST', headers: key, body: record })
    await expect
      .poll(async () => (await runCli(['status'], { env })).out)
      .toContain('suspended: CleverTap refuses the credentials')
    expect(await runCli(['status'], { env })).toMatchObject({ code: 1 })
  })
})
