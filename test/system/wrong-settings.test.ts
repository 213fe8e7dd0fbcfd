import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chmodSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteStore } from '../../src/relay/store/sqlite/store.ts'
import { startSimulator } from '../../src/simulator/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const nobody = 65_534
const secret = 'marked-0123456789abcdef'

/** What a new user sets first. */
const firstSettings = {
  CLEVERTAP_ACCOUNT_ID: 'ABC-DEF-GHI',
  CLEVERTAP_PASSCODE: secret,
  PUSHFERRY_API_KEYS: `shop:${secret}`,
  PUSHFERRY_PORT: '0',
}

/** Starts the built relay as a new user would, with these settings beside the credentials. */
const startRelay = async (settings: Readonly<Record<string, string>>, readOnly?: 'folder' | 'file') => {
  const folder = temporaryFolder()
  if (readOnly === 'folder') chmodSync(folder.path, 0o555)
  if (readOnly === 'file') {
    chmodSync(folder.path, 0o777)
    await (await openSqliteStore(folder.file('pushferry.db'))).close()
    for (const end of ['-wal', '-shm']) rmSync(folder.file(`pushferry.db${end}`), { force: true })
    chmodSync(folder.file('pushferry.db'), 0o444)
  }
  const clevertap = await startSimulator({ accountId: 'ABC-DEF-GHI', passcode: secret })
  // Permissions do not hold for root, who may be the only one that may execute this Node.
  const asNobody =
    readOnly && process.getuid?.() === 0 ? ['--import', `data:text/javascript,process.setuid(${nobody})`] : []
  const child = spawn(process.execPath, [...asNobody, main, 'relay'], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      CLEVERTAP_URL: clevertap.url,
      ...firstSettings,
      ...settings,
    },
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
    await clevertap.stop()
    folder.remove()
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  return { exited, out: () => out, err: () => err, folder: folder.path }
}

const takenPort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return String(typeof address === 'object' ? address?.port : '')
}

const expectOneLine = (err: string, part: string): void => {
  expect(err).toContain(part)
  expect(err).toMatch(/^pushferry: [^\n]+\n$/)
  expect(err).not.toContain('marked')
}

beforeAll(() => accessSync(main)) // npm run build makes it

describe('a new user’s wrong setting ends the relay with one line that says what to do', () => {
  const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
    ['no account', { CLEVERTAP_ACCOUNT_ID: '' }, 'CLEVERTAP_ACCOUNT_ID must be set: copy it from the'],
    ['no passcode', { CLEVERTAP_PASSCODE: '' }, 'CLEVERTAP_PASSCODE must be set: make a passcode'],
    ['quotes of an env file', { CLEVERTAP_PASSCODE: `"${secret}"` }, 'CLEVERTAP_PASSCODE is wrapped in quotes'],
    ['a continent as the region', { CLEVERTAP_REGION: 'Europe', CLEVERTAP_URL: '' }, 'eu1 for https://eu1.dashboard'],
    ['a port that is no number', { PUSHFERRY_PORT: ':8080' }, 'PUSHFERRY_PORT must be a whole number from 0 to 65535'],
    [
      'a ticket secret that is public',
      { PUSHFERRY_TICKETS: 'required', PUSHFERRY_TICKET_KEY: 'https://www.a.example/.well-known/keys' },
      'a shared secret of 32 random characters or more (no URL,',
    ],
    [
      "the dashboard's host as the region",
      { CLEVERTAP_REGION: 'eu1.dashboard.clevertap.com', CLEVERTAP_URL: '' },
      "use only the first word of the dashboard's address",
    ],
    [
      'an origin with a path',
      { PUSHFERRY_ORIGINS: 'https://a.example/shop' },
      'it has a path, query or fragment, remove it',
    ],
    [
      'a pattern of origins',
      { PUSHFERRY_ORIGINS: 'https://*.a.example' },
      '* is not a wildcard here, list each origin',
    ],
    ['an origin without scheme', { PUSHFERRY_ORIGINS: 'www.a.example' }, 'it does not begin with https://'],
    ['a misspelt name', { PUSHFERRY_ORIGIN: 'https://a.example' }, 'did you mean PUSHFERRY_ORIGINS?'],
    [
      'the private half of a VAPID pair',
      { PUSHFERRY_VAPID_PUBLIC_KEY: 'A'.repeat(43) },
      'the private key, which only CleverTap should have: set the public key',
    ],
    ['a path without sqlite:', { PUSHFERRY_STORE: '/data/pushferry.db' }, 'for a file, write sqlite: before its path'],
    [
      'a password that is not % encoded',
      { PUSHFERRY_STORE: `postgres://me:${secret}#1@db.example/d` },
      'in the user name and password write # as %23',
    ],
    ['believing every proxy', { PUSHFERRY_TRUST_PROXY: 'true' }, 'set the address or range of your proxy'],
    ['tickets without a key', { PUSHFERRY_TICKETS: 'required' }, 'PUSHFERRY_TICKET_KEY must be set'],
    ['a duration without a unit', { PUSHFERRY_DEFER: '60' }, 'it has no unit, add one (60s, not 60)'],
  ]
  // In this process: each is refused before anything is opened.
  it.each(wrong)('names the setting and the way out: %s', async (_, settings, line) => {
    const env = { CLEVERTAP_URL: 'http://127.0.0.1:9', ...firstSettings, ...settings }
    const { code, err } = await runCli(['relay'], { env })
    expect(code).toBe(2)
    expectOneLine(err, line)
  })

  it.each([
    ['a folder that is missing', 'sqlite:none/pushferry.db', '/none: make it'],
    ['a folder in the place of a file', 'sqlite:/tmp', '/tmp is a folder'],
  ])('names the setting and the way out: %s', async (_, store, line) => {
    const { exited, err } = await startRelay({ PUSHFERRY_STORE: store })
    expect(await exited).toEqual([1, null])
    expectOneLine(err(), line)
  })

  it.each(['folder', 'file'] as const)(
    'a %s that this user may not write, and nothing is made in it',
    async (which) => {
      const { exited, err, folder } = await startRelay({}, which)
      expect(await exited).toEqual([1, null])
      expect(readdirSync(folder)).toEqual(which === 'file' ? ['pushferry.db'] : [])
      expect(err()).toBe(
        `pushferry: this user has no permission to write ${folder}/pushferry.db and its folder, or they are mounted read-only: change the permissions or the mount, or set PUSHFERRY_STORE to a file elsewhere\n`,
      )
    },
  )

  it('a port that is taken, also while its PostgreSQL is out of reach', async () => {
    const port = await takenPort()
    const { exited, err } = await startRelay({
      PUSHFERRY_PORT: port,
      PUSHFERRY_STORE: `postgres://me:${secret}@127.0.0.1:9/d`,
    })
    expect(await exited).toEqual([1, null])
    expect(err()).toBe(
      `pushferry: port ${port} of 127.0.0.1 is taken: set PUSHFERRY_PORT to another, or to 0 for any free one\n`,
    )
  })
})

describe('a new user’s doubtful setting is warned about at the start', () => {
  const doubtful: readonly (readonly [string, Record<string, string>, string])[] = [
    [
      'a passcode that CleverTap refuses',
      { CLEVERTAP_PASSCODE: 'marked-other-passcode' },
      'CleverTap refuses the credentials',
    ],
    ['origins without a VAPID key', { PUSHFERRY_ORIGINS: 'https://a.example' }, 'no PUSHFERRY_VAPID_PUBLIC_KEY'],
    [
      'a PostgreSQL elsewhere without TLS',
      { PUSHFERRY_STORE: `postgres://me:${secret}@203.0.113.1/d` },
      'add ?sslmode=verify-full',
    ],
    ['a relay that accepts no records', { PUSHFERRY_API_KEYS: '' }, 'neither PUSHFERRY_ORIGINS nor PUSHFERRY_API_KEYS'],
  ]
  it.each(doubtful)('names the setting and the way out: %s', async (_, settings, words) => {
    const { out, err } = await startRelay(settings)
    await expect.poll(out).toContain(words)
    expect(err()).toBe('')
    expect(out()).not.toContain('marked')
  })

  it('and one that Kubernetes has made is passed over', async () => {
    const { out } = await startRelay({ PUSHFERRY_SERVICE_HOST: '10.0.0.1', PUSHFERRY_SERVICE_PORT: '80' })
    await expect.poll(out).toContain('listening')
  })
})
