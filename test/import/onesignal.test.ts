import { readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../src/simulator/index.ts'
import { runCli } from '../cli/run-cli.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const p256dh = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
const auth = '5I2Bu2oKdyy9CwL8QVF0NQ=='
const fcm = 'https://fcm.googleapis.com/fcm/send/web-token'
const header = 'id,identifier,device_type,tags,invalid_identifier,external_user_id,notification_types,web_auth,web_p256'
const uuid = '5e4f0c2a-0000-4000-8000-000000000001'
const tags = '"{""a"":""b""}"'
const rows = [
  `${uuid},ios-token,0,${tags},f,u1,1,,`,
  `${uuid},android-token,1,${tags},f,u1,1,,`,
  `${uuid},${fcm},5,${tags},f,u2,1,${auth},${p256dh}`,
  `${uuid},dead-token,1,{},t,u1,1,,`,
  `${uuid},someone@example.com,11,{},f,u1,1,,`,
  `${uuid},,1,{},f,u1,1,,`,
  `${uuid},opted-out,1,{},f,u1,-2,,`,
  `${uuid},stranger,1,{},f,u9,1,,`,
  `${uuid},doubtful,1,{},f,u3,1,,`,
]
const ids = 'identity,clevertap_id\nu1,__android\nu1,-ios\nu2,web\nu2,web\nu3,__one\nu3,__two\n'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
  onTestFinished(() => folder.remove())
})
const write = (name: string, text: string): string => {
  writeFileSync(folder.file(name), text)
  return folder.file(name)
}

test('a OneSignal export and a list of CleverTap IDs become uploaded tokens in one command', async () => {
  const clevertap = await startSimulator()
  onTestFinished(() => clevertap.stop())
  const env = {
    CLEVERTAP_URL: clevertap.url,
    CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
    CLEVERTAP_PASSCODE: clevertap.passcode,
    PUSHFERRY_STORE: `sqlite:${folder.file('s.db')}`,
    PUSHFERRY_FLUSH_MS: '0',
  }
  const rejects = folder.file('rejects.csv')
  const argv = ['import', write('players.csv', [header, ...rows].join('\n')), '--join', write('ids.csv', ids)]
  const ran = await runCli([...argv, '--on', 'external_user_id=identity', '--json', '--rejects', rejects], { env })
  expect(ran.err).toContain('a OneSignal export, by its columns')
  expect(JSON.parse(ran.out)).toEqual({
    read: 9,
    queued: 3,
    unchanged: 0,
    rejected: { 530: 1 },
    skipped: { dead: 1, 'other channel': 1, 'no token': 1, 'opted out': 1 },
    unmatched: 1,
  })
  expect(ran.code).toBe(1)
  const sent = clevertap.received().flatMap(({ records }) => records)
  expect(sent).toHaveLength(3)
  expect(sent).toEqual(
    expect.arrayContaining([
      { type: 'token', tokenData: { id: 'ios-token', type: 'apns' }, objectId: '-ios' },
      { type: 'token', tokenData: { id: 'android-token', type: 'fcm' }, objectId: '__android' },
      { type: 'token', tokenData: { id: 'web-token', type: 'chrome', keys: { p256dh, auth } }, objectId: 'web' },
    ]),
  )
  expect(clevertap.counts.accepted).toBe(3)
  const listed = readFileSync(rejects, 'utf8')
  expect(listed).toMatch(/,9,530,the join file has no CleverTap ID for this external_user_id\n/)
  expect(listed).toContain('several CleverTap IDs for this external_user_id: __one, __two')
})

const dry = (csv: string, argv: readonly string[] = []) => runCli(['import', write('a.csv', csv), '--dry-run', ...argv])

test('a OneSignal export without a join is refused, and never takes its own ids for tokens', async () => {
  const { code, err } = await dry(`${header}\n${rows[1]}\n`, ['--type', 'fcm'])
  expect(code).toBe(2)
  expect(err).toContain('this is a OneSignal export, which has no CleverTap IDs')
})

test('a renamed column or a missing join column is named', async () => {
  const join = ['--join', write('ids.csv', ids), '--on']
  const renamed = await dry(`${header.replace('identifier,', 'ident,')}\n${rows[1]}\n`, [
    ...join,
    'external_user_id=identity',
  ])
  expect(renamed.code).toBe(2)
  expect(renamed.err).toContain('this looks like a OneSignal export, but has no column identifier among "id", "ident"')
  const left = await dry(`${header}\n${rows[1]}\n`, [...join, 'user=identity'])
  expect(left.err).toContain('--on: there is no column or member user in the import')
  const right = await dry(`${header}\n${rows[1]}\n`, [...join, 'external_user_id=mail'])
  expect(right.err).toContain('there is no column mail, or several')
  expect(right.code).toBe(2)
})

test('a web row without its key is refused with 535', async () => {
  const csv = `${header}\n${uuid},${fcm},5,{},f,u2,1,,\n`
  const ran = await dry(csv, ['--join', write('ids.csv', ids), '--on', 'external_user_id=identity', '--json'])
  expect(JSON.parse(ran.out)).toMatchObject({ rejected: { 535: 1 } })
})
