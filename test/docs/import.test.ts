import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startSimulator } from '../../src/simulator/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { fixture, ids } from '../import/vendors/imported.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOf, read } from './markdown.ts'

const [line = ''] = fixture('push-subscriptions.ndjson').split('\n')
const { subscription } = JSON.parse(line)

/** The files that the page names. */
const files: Readonly<Record<string, string | Buffer>> = {
  'tokens.csv': 'objectId,type,id\n__a,fcm,t1\n-b,apns,t2\n',
  'export.csv': 'device_ct_id,android_push\n__a,t1\n',
  'rejects.csv': 'objectId,type,id,line,code,reason\n__a,fcm,t1,2,533,no type\n',
  'tokens.ndjson': '{"user_id":"u1","type":"fcm","id":"t1"}\n',
  'profiles-1.json.gz': gzipSync('{"all_identities":["u1"],"clevertapId":"__a","clevertapIds":"[__a]"}\n'),
  'profiles-2.json.gz': gzipSync('{"all_identities":["u2"],"clevertapId":"__b","clevertapIds":"[__b]"}\n'),
  'ids.csv': ids,
  'players.csv.gz': gzipSync(fixture('onesignal.csv')),
  'users.ndjson': fixture('braze.ndjson'),
  'endpoints.json': fixture('sns.json'),
  'registrations.ndjson': fixture('azure.ndjson'),
  'subscriptions.ndjson': fixture('push-subscriptions.ndjson'),
  'subscriptions.csv': `id,user_id,subscription
1,u1,"${JSON.stringify(subscription).replaceAll('"', '""')}"
`,
  'profiles.csv': fixture('profile-export.csv'),
}
const page = read('docs/import.md').replaceAll(/^ {3}/gm, '')
const commands = codeOf(page, 'sh')
  .flatMap((code) => code.split('\n'))
  .filter((line) => line.startsWith('pushferry import '))
  .map((line) => line.replace(/ +#.*/, ''))

describe('the commands of docs/import.md', () => {
  it('are those of each vendor and more', () => {
    expect(commands.length).toBeGreaterThanOrEqual(12)
  })

  it.each(commands)('the command runs as it stands there: %s', async (command) => {
    const folder = temporaryFolder()
    onTestFinished(() => folder.remove())
    const clevertap = await startSimulator()
    onTestFinished(() => clevertap.stop())
    const argv = command.split(' ').slice(1)
    const written = argv.map((word, at) => {
      const isOutput = argv[at - 1] === '--rejects'
      const path = folder.file(word)
      const content = files[word]
      if (isOutput) return path
      if (content === undefined) return word
      writeFileSync(path, content)
      return path
    })
    const env = {
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
      PUSHFERRY_STORE: `sqlite:${folder.file('s.db')}`,
      PUSHFERRY_FLUSH_MS: '0',
    }
    const { code, out, err } = await runCli([...written, '--json'], { env })
    expect({ err, code }).toMatchObject({ code: expect.toBeOneOf([0, 1]) })
    expect(JSON.parse(out)).toMatchObject({ queued: expect.toSatisfy((n: number) => n > 0), rejected: {} })
  })
})
