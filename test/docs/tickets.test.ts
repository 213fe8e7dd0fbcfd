import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { origin, startServer } from '../relay/http/running-server.ts'
import { subscription } from '../relay/http/sample-records.ts'
import { builtFile } from '../support/built-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const document = readFileSync(new URL('../../docs/tickets.md', import.meta.url), 'utf8')
const secret = 'a-shared-secret-of-thirty-two-ch'

/** The first example in a language. */
const example = (language: string): string => {
  const [, code] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(document.split('### Node')[1] ?? '') ?? []
  if (code === undefined) throw new Error(`docs/tickets.md has no example in ${language}`)
  return code
}

/** Runs the example for Node as whoever copies it would: in a folder of its own, with the built package installed. */
const startExample = async (): Promise<(objectId: string, cookie?: string) => Promise<Response>> => {
  builtFile('dist/ticket/index.js')
  const folder = temporaryFolder()
  onTestFinished(folder.remove)
  writeFileSync(folder.file('ticket-server.mjs'), example('js'))
  mkdirSync(folder.file('node_modules'))
  symlinkSync(root, folder.file('node_modules/pushferry'), 'dir')
  const child = spawn(process.execPath, [folder.file('ticket-server.mjs')], {
    env: { PUSHFERRY_TICKET_KEY: secret, PUSHFERRY_TICKET_AUDIENCE: 'push.example.com', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    const exited = once(child, 'exit')
    child.kill()
    await exited
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error('the example ended before it listened')
  })
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [string]
  const url = `http://127.0.0.1:${line.replace('port ', '')}/push-ticket`
  return (objectId, cookie = 'session=of-ada') => fetch(url, { method: 'POST', body: objectId, headers: { cookie } })
}

describe('the example of a ticket server for Node in docs/tickets.md', () => {
  let ask: Awaited<ReturnType<typeof startExample>>
  beforeEach(async () => {
    ask = await startExample()
  })

  it('signs what a relay that requires tickets takes', async () => {
    const ticket = await (await ask('user-1')).text()
    const { call } = await startServer({
      PUSHFERRY_TICKETS: 'required',
      PUSHFERRY_TICKET_KEY: secret,
      PUSHFERRY_TICKET_AUDIENCE: 'push.example.com',
    })
    const register = (objectId: string) =>
      call('/v1/subscriptions', {
        method: 'POST',
        headers: { origin, authorization: `Bearer ${ticket}` },
        body: subscription(objectId),
      })
    expect(await register('user-1')).toMatchObject({ status: 202, json: { result: 'queued' } })
    expect(await register('user-2')).toMatchObject({ status: 401, json: { code: 'ticket_invalid' } })
  })

  it('signs nothing for strangers, and no ID that belongs to another user', async () => {
    expect((await ask('user-1', 'session=of-nobody')).status).toBe(401)
    expect((await ask('user-1')).status).toBe(200)
    expect((await ask('user-1')).status).toBe(200)
    expect((await ask('user-1', 'session=of-bob')).status).toBe(403)
    expect((await ask('user-2', 'session=of-bob')).status).toBe(200)
    expect((await ask('')).status).toBe(403)
  })
})

describe('docs/tickets.md', () => {
  it('has an example for Python, PHP and Java that signs the same claims with HS256', () => {
    for (const language of ['python', 'php', 'java']) {
      const code = example(language)
      expect(code, language).toContain('PUSHFERRY_TICKET_KEY')
      expect(code, language).toContain('HS256')
      expect(code, language).toContain('300')
    }
  })
})
