import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
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
  const [backup = '', restore = ''] = codeOf(sectionOf(read('docs/backup.md'), '## SQLite'), 'sh')
  const key = 'a-key-of-the-backend'
  const authorization = `Bearer ${key}`
  let folder: TemporaryFolder
  let relay: Relay
  let url: string

  const start = async (): Promise<void> => {
    relay = createRelay({
      env: {
        CLEVERTAP_ACCOUNT_ID: 'ACCOUNT_ID',
        CLEVERTAP_PASSCODE: 'nobody-is-asked',
        CLEVERTAP_URL: 'http://127.0.0.1:9',
        PUSHFERRY_API_KEYS: key,
        PUSHFERRY_STORE: `sqlite:${folder.file('pushferry.db')}`,
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
  const sh = (code: string): void => {
    const { status, stderr } = spawnSync('sh', ['-ec', code], { cwd: folder.path, encoding: 'utf8' })
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
    expect([backup, restore].map((code) => code === '')).toEqual([false, false])
    expect(statSync(folder.file('pushferry.db')).mode & 0o777).toBe(0o600)
    await start()
    expect([await isKnown('__before'), await isKnown('__after')]).toEqual([true, false])
  })
})
