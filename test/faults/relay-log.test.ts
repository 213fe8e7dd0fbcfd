import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const origin = 'https://www.example.com'
const apiKey = 'key-of-the-backend-1234567890'
const adminKey = 'key-of-the-operator-1234567890'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The built relay at level debug, so that each request is a line or more, with this as its standard output. */
const startRelay = async (stdout: 'pipe' | number): Promise<{ child: ChildProcess; url: string }> => {
  const { remove, file } = temporaryFolder()
  const port = await freePort()
  const child = spawn(process.execPath, [main, 'relay'], {
    stdio: ['ignore', stdout, 'ignore'],
    env: {
      PATH: process.env.PATH,
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      CLEVERTAP_ACCOUNT_ID: 'TEST-ACC-1',
      CLEVERTAP_PASSCODE: 'passcode',
      PUSHFERRY_API_KEYS: apiKey,
      PUSHFERRY_ORIGINS: origin,
      PUSHFERRY_RATE_LIMIT: '0',
      PUSHFERRY_ADMIN_KEY: adminKey,
      PUSHFERRY_STORE: `sqlite:${file('relay.db')}`,
      PUSHFERRY_PORT: String(port),
      PUSHFERRY_LOG_LEVEL: 'debug',
    },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    remove()
  })
  return { child, url: `http://127.0.0.1:${port}` }
}

const answers = async (url: string): Promise<boolean> =>
  request(`${url}/healthz`).then(
    async ({ statusCode, body }) => {
      await body.dump()
      return statusCode === 200
    },
    () => false,
  )

/** Registers without a subscription, each call a line at level debug, until this many lines were dropped; records are taken meanwhile. */
const flood = async (url: string, dropped: number): Promise<void> => {
  const post = async (path: string, headers: Record<string, string>, body: object): Promise<number> => {
    const all = { ...headers, 'content-type': 'application/json' }
    const answer = await request(`${url}${path}`, { method: 'POST', headers: all, body: JSON.stringify(body) })
    await answer.body.dump()
    return answer.statusCode
  }
  for (let round = 0; ; round++) {
    const refused = Array.from({ length: 200 }, () =>
      post('/v1/subscriptions', { origin, 'x-request-id': 'x'.repeat(64) }, {}),
    )
    const record = { type: 'token', tokenData: { id: 't', type: 'fcm' }, objectId: `o-${round}` }
    expect(await post('/1/upload', { authorization: `Bearer ${apiKey}` }, record)).toBe(200)
    expect(new Set(await Promise.all(refused))).toEqual(new Set([400]))
    const { body } = await request(`${url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })
    const [, count] = /^pushferry_log_lines_dropped_total (\d+)$/m.exec(await body.text()) ?? []
    if (Number(count) >= dropped) return
  }
}

const endsBySigterm = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
}

describe('a relay whose log cannot be written', () => {
  it('takes records, answers health checks, and ends by SIGTERM while its log is on a full disk', async () => {
    const full = openSync('/dev/full', 'w')
    const { child, url } = await startRelay(full)
    closeSync(full)
    await expect.poll(() => answers(url)).toBe(true)
    await flood(url, 0)
    await endsBySigterm(child)
  })

  it('takes records, counts dropped lines, and ends by SIGTERM while nobody reads its log', async () => {
    const { child, url } = await startRelay('pipe')
    // Nobody reads the pipe from the first byte on; the process ends all the same, without waiting for a reader.
    await expect.poll(() => answers(url)).toBe(true)
    await flood(url, 1)
    expect(await answers(url)).toBe(true)
    await endsBySigterm(child)
  })

  it('takes records and ends by SIGTERM after the reader of its log has ended', async () => {
    const { child, url } = await startRelay('pipe')
    const { stdout } = child
    if (!stdout) throw new Error('the output is a pipe')
    for await (const line of createInterface({ input: stdout })) if (line.includes('"listening"')) break
    stdout.destroy()
    await flood(url, 0)
    expect(await answers(url)).toBe(true)
    await endsBySigterm(child)
  })
})
