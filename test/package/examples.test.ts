import { spawn } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createRelay, type Relay } from '../../src/relay/index.ts'
import { silentLog } from '../../src/relay/operations/log.ts'
import { readTicketKeys } from '../../src/relay/tickets/keys.ts'
import { createTicketCheck } from '../../src/relay/tickets/verify.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { lend, root, succeed } from './packed.ts'

const folder = temporaryFolder()
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})
afterAll(() => folder.remove())

/** A copy of an example, with its packages lent by us. Under the root of nothing, so that no file of ours is found. */
const copy = (name: string, ...packages: string[]): string => {
  const to = folder.file(name)
  cpSync(join(root, 'examples', name), to, { recursive: true, filter: (path) => !path.includes('node_modules') })
  lend(to, ...packages)
  return to
}

/** Starts a server of an example on a free port, and settles with the address that it prints. */
const start = async (cwd: string, script: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const child = spawn(process.execPath, [script], { cwd, env: { ...process.env, PORT: '0', ...env } })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  undo.push(() => {
    child.kill()
    return closed
  })
  return new Promise((resolve, reject) => {
    let errors = ''
    child.stdout.on('data', (text) => resolve(String(text).trim()))
    child.stderr.on('data', (text) => {
      errors += text
    })
    child.once('close', () => reject(new Error(errors)))
  })
}

const startRelay = async (): Promise<{ relay: Relay; url: string; apiKey: string }> => {
  const apiKey = 'backend-key-of-the-example'
  const relay = createRelay({
    env: {
      CLEVERTAP_ACCOUNT_ID: 'TEST-ACC-1',
      CLEVERTAP_PASSCODE: 'nobody-is-asked',
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      PUSHFERRY_API_KEYS: apiKey,
      PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
      PUSHFERRY_PORT: '0',
    },
    log: silentLog,
  })
  const { url } = await relay.start()
  undo.push(() => relay.stop())
  return { relay, url, apiKey }
}

describe('the examples', () => {
  it('static-site serves its page and the worker under the name that the client looks for', async () => {
    const url = await start(copy('static-site'), 'serve.mjs', {})
    const page = await (await fetch(url)).text()
    expect(page).toContain('<script async src="http://127.0.0.1:8080/pushferry.min.js"')
    const worker = await fetch(`${url}/pushferry-sw.min.js`)
    expect(worker.headers.get('content-type')).toBe('text/javascript')
    expect(await worker.text()).toBe("importScripts('http://127.0.0.1:8080/pushferry-sw.min.js')\n")
    expect((await fetch(`${url}/serve.mjs`)).status).toBe(404)
  })

  it('vite-own-worker builds a page, and a worker that can be registered as a classic script', async () => {
    const cwd = copy('vite-own-worker', 'vite', 'pushferry')
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    // What `npm init -y` writes; it makes the bundler add a piece that page and worker would share.
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ ...manifest, type: 'commonjs' }))
    const build: string = manifest.scripts.build
    for (const command of build.split(' && '))
      await succeed(cwd, process.execPath, 'node_modules/vite/bin/vite.js', ...command.split(' ').slice(1))
    const worker = readFileSync(join(cwd, 'dist/sw.js'), 'utf8')
    expect(worker).toContain('pushsubscriptionchange')
    expect(worker).not.toMatch(/\b(import|export)\b[\s{]/)
    expect(readFileSync(join(cwd, 'dist/index.html'), 'utf8')).toMatch(/src="\/assets\/index-[\w-]+\.js"/)
  })

  it('express-backend posts an app’s token to the relay, and says what is wrong with a record', async () => {
    const { url, apiKey } = await startRelay()
    const cwd = copy('express-backend', 'express')
    const backend = await start(cwd, 'server.mjs', { RELAY_URL: url, RELAY_API_KEY: apiKey })
    const send = (body: object) =>
      fetch(`${backend}/devices`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await send({ platform: 'android', token: 'a-token', clevertapId: '__ada' })).status).toBe(202)
    const status = await fetch(`${url}/v1/tokens/__ada`, { headers: { authorization: `Bearer ${apiKey}` } })
    expect(await status.json()).toMatchObject({ objectId: '__ada', type: 'fcm' })
    const refused = await send({ platform: 'ios', token: 'a-token' })
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({ status: 400, body: { code: 530 } })
    expect((await send({ platform: 'telex', token: 'a-token', clevertapId: 'x' })).status).toBe(400)
  })

  it('ticket-endpoint signs what the relay takes, for who is signed in and for nobody else', async () => {
    const secret = 'a-shared-secret-of-thirty-two-letters'
    const url = await start(copy('ticket-endpoint', 'pushferry'), 'serve.mjs', { PUSHFERRY_TICKET_KEY: secret })
    const ask = (cookie: string) => fetch(`${url}/push-ticket`, { method: 'POST', headers: { cookie } })
    const check = createTicketCheck(readTicketKeys(secret) ?? [], undefined)
    const ticket = await (await ask('theme=dark; session=of-ada')).text()
    expect(await check(ticket, 'ada-clevertap-id')).toBeUndefined()
    expect(await check(ticket, 'another')).toBe("the ticket's sub is not the objectId")
    expect((await ask('session=of-nobody')).status).toBe(401)
  })
})
