import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createRelay, type Relay } from '../../src/relay/index.ts'
import { silentLog } from '../../src/relay/operations/log.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { codeOf, read, root, sectionOf } from './markdown.ts'

describe('docs/alerts.md', () => {
  const page = read('docs/alerts.md')
  const { groups } = parse(read('docs/alerts.yml')) as { groups: { rules: { alert: string }[] }[] }
  const alerts = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))

  it('has each alert of alerts.yml, in the same order, and no other', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name)).toEqual(alerts)
  })

  it.each(alerts)('says what to do about %s', (alert) => {
    expect(sectionOf(page, `## ${alert}`)).toMatch(/\*\*Do:\*\* \S/)
  })
})

describe('docs/alerts.yml', () => {
  /** Installed with Prometheus. Where it is missing, test/relay/operations/metrics/alerts.test.ts still evaluates each rule. */
  const promtool = (file: string): { isInstalled: boolean; isValid: boolean } => {
    const { error, status } = spawnSync('promtool', ['check', 'rules', file])
    return { isInstalled: error === undefined, isValid: status === 0 }
  }

  it("passes Prometheus' own check of rules where promtool is installed", () => {
    const { isInstalled, isValid } = promtool(join(root, 'docs/alerts.yml'))
    expect(isValid).toBe(isInstalled)
  })
})

describe('the SQLite commands of docs/backup.md', () => {
  const page = read('docs/backup.md')
  const [backup = '', restore = ''] = codeOf(sectionOf(page, '## SQLite'), 'sh')
  const [relocation = ''] = codeOf(sectionOf(page, '## Move the SQLite database'), 'sh')
  const key = 'a-key-of-the-backend'
  const authorization = `Bearer ${key}`
  let folder: TemporaryFolder
  let relay: Relay
  let url: string

  const start = async (database = 'pushferry.db'): Promise<void> => {
    relay = createRelay({
      env: {
        CLEVERTAP_ACCOUNT_ID: 'ACCOUNT_ID',
        CLEVERTAP_PASSCODE: 'nobody-is-asked',
        CLEVERTAP_URL: 'http://127.0.0.1:9',
        PUSHFERRY_API_KEYS: key,
        PUSHFERRY_STORE: `sqlite:${folder.file(database)}`,
        PUSHFERRY_PORT: '0',
      },
      log: silentLog,
    })
    url = (await relay.start()).url
  }
  const upload = async (objectId: string): Promise<void> => {
    const record = { type: 'token', tokenData: { id: `token-of-${objectId}`, type: 'fcm' }, objectId }
    const body = JSON.stringify({ d: [record] })
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/1/upload`, { method: 'POST', headers, body })
    expect(await answer.json()).toMatchObject({ processed: 1 })
  }
  const isKnown = async (objectId: string): Promise<boolean> =>
    (await fetch(`${url}/v1/tokens/${objectId}`, { headers: { authorization } })).status === 200
  /** Runs a command in the test's own folders, with the relay's folder instead of the page's. */
  const run = (code: string, relayFolder = folder.path) => {
    const here = code
      .replaceAll('/var/lib/pushferry', relayFolder)
      .replaceAll('/var/backups', folder.path)
      .replaceAll('/data/pushferry', folder.file('data'))
    return spawnSync('sh', ['-ec', here], { cwd: folder.path, encoding: 'utf8' })
  }
  const sh = (code: string): void => {
    expect(code).not.toBe('')
    const { status, stderr } = run(code)
    expect([status, stderr]).toEqual([0, ''])
  }

  beforeEach(async () => {
    folder = temporaryFolder()
    await start()
  })
  afterEach(async () => {
    await relay.stop()
    folder.remove()
  })

  it('back up a running relay, and bring back what it had then and nothing else', async ({ skip }) => {
    // Only on a machine without the program; .ci/run installs it.
    if (spawnSync('sqlite3', ['--version']).status !== 0) skip('sqlite3 is not installed')
    await upload('__before')
    sh(backup)
    await upload('__after')
    await relay.stop()
    sh(restore)
    expect(statSync(folder.file('pushferry.db')).mode & 0o777).toBe(0o600)
    await start()
    expect([await isKnown('__before'), await isKnown('__after')]).toEqual([true, false])
  })

  it('fail where the path of the database is wrong, and keep the copy of the last time', ({ skip }) => {
    if (spawnSync('sqlite3', ['--version']).status !== 0) skip('sqlite3 is not installed')
    sh(backup)
    const copy = readFileSync(folder.file('pushferry-backup.db'))
    mkdirSync(folder.file('wrong'))
    const { status, stderr } = run(backup, folder.file('wrong'))
    expect(status).not.toBe(0)
    expect(stderr).toContain('unable to open database')
    expect(readdirSync(folder.file('wrong'))).toEqual([])
    expect(readFileSync(folder.file('pushferry-backup.db')).equals(copy)).toBe(true)
  })

  it('move the database, with all that it has, to another path', async () => {
    await upload('__before')
    await relay.stop()
    mkdirSync(folder.file('data'))
    sh(relocation)
    expect(existsSync(folder.file('pushferry.db'))).toBe(false)
    await start('data/pushferry.db')
    expect(await isKnown('__before')).toBe(true)
  })
})
