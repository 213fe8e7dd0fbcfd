import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts'
import { memoryFolder } from '../support/temporary-folder.ts'
import { runCli, start } from './run-cli.ts'

const p256dh = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
const auth = '5I2Bu2oKdyy9CwL8QVF0NQ=='
const header = 'objectId,type,id\n'
/** What `--json` prints of an import without a join and of no vendor's. */
const none = { skipped: {}, unmatched: 0 }

let folder: ReturnType<typeof memoryFolder>
let env: Record<string, string>
beforeEach(() => {
  folder = memoryFolder()
  onTestFinished(() => folder.remove())
  env = { CLEVERTAP_ACCOUNT_ID: 'A', PUSHFERRY_STORE: `sqlite:${folder.file('s.db')}`, PUSHFERRY_FLUSH_MS: '0' }
})

/** A CleverTap to upload to, which `env` then leads to. */
const simulate = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator(options)
  onTestFinished(() => simulator.stop())
  const { url, accountId, passcode } = simulator
  env = { ...env, CLEVERTAP_URL: url, CLEVERTAP_ACCOUNT_ID: accountId, CLEVERTAP_PASSCODE: passcode }
  return simulator
}
const write = (name: string, content: string | Buffer): string => {
  writeFileSync(folder.file(name), content)
  return folder.file(name)
}
const runImport = (argv: readonly string[], stdin?: string) =>
  runCli(['import', ...argv], { env, ...(stdin === undefined ? {} : { stdin }) })
/** Queues only, and gives what `--json` printed. */
const enqueue = async (...argv: string[]): Promise<unknown> =>
  JSON.parse((await runImport([...argv, '--enqueue-only', '--json'])).out)
const record = (objectId: string, type = 'fcm'): string =>
  JSON.stringify({ type: 'token', tokenData: { id: `token-of-${objectId}`, type }, objectId })

describe('an import', () => {
  test('that only queues names the store from which a relay must upload, by its full path', async () => {
    const file = write('a.csv', `${header}__a,fcm,t\n`)
    env.PUSHFERRY_STORE = `sqlite:${relative('.', folder.file('s.db'))}`
    const { err } = await runImport([file, '--enqueue-only'])
    expect(err).toContain(
      `pushferry: 1 record waits in ${folder.file('s.db')} for a relay to upload; pushferry status shows the progress\n`,
    )
  })

  test('shows what it will read as what, uploads, and ends with a table and 0', async () => {
    const clevertap = await simulate()
    const file = write(
      'a.csv',
      `\uFEFF"auth";"note";Token Type;Device Token;p256dh;CleverTap ID\r\n` +
        `;"x;y";fcm;t1;;__a\r\n"${auth}";"a ""b"" c";chrome;t2;"${p256dh}";b\r\n;;APNS;t3;;-c;;\r\n;;fcm;t4;;__a\r\n`,
    )
    const { code, out, err } = await runImport([file])
    expect(code).toBe(0)
    expect(err.split('\n')[0]).toBe(
      `${file}: CSV with semicolons: objectId from "CleverTap ID", type from "Token Type", id from "Device Token", p256dh, auth`,
    )
    expect(out).toBe(
      'read                4\nqueued              3  CleverTap accepted them\nunchanged           1  the store has a token for them\nrejected            0\n',
    )
    expect(clevertap.counts).toMatchObject({ accepted: 3, duplicates: 0 })
  })

  test('prints exactly read, queued, unchanged, rejected by code, skipped and unmatched with --json, and ends with 1 when some are', async () => {
    const text = `${header}__a,fcm,t\n__a,fcm,t\n,fcm,t\n__b,fcm,\n__c,,t\n__d,pigeon,t\n__e,fcm,t,more\n`
    const { code, out } = await runImport([write('a.csv', text), '--enqueue-only', '--json'])
    expect(out).toBe(
      '{"read":7,"queued":1,"unchanged":1,"rejected":{"530":1,"532":1,"533":1,"535":1,"malformed":1},"skipped":{},"unmatched":0}\n',
    )
    expect(code).toBe(1)
  })

  test.each([
    ['NDJSON', 'a.ndjson', `${record('__a')}\n\n${record('__b')}\n`],
    ['a list d', 'a.json', `{"d":[${record('__a')},\n${record('__b')}]}`],
    ['an array', 'a.json', `[${record('__a')},${record('__b')}]`],
    ['CSV', 'a.csv', `id,objectId,type\nt1,__a,fcm\nt2,__b,fcm\n`],
  ])('takes %s, also gzipped, from standard input, and of several files each', async (_what, name, text) => {
    expect(await enqueue(write(name, text))).toEqual({ read: 2, queued: 2, unchanged: 0, rejected: {}, ...none })
    const again = { read: 2, queued: 0, unchanged: 2, rejected: {}, ...none }
    expect(await enqueue(write(`${name}.gz`, gzipSync(text)))).toEqual(again)
    expect(JSON.parse((await runImport(['-', '--enqueue-only', '--json'], text)).out)).toEqual(again)
    const third = write('third.csv', `${header}__c,fcm,t\n`)
    expect(await enqueue(folder.file(name), third)).toEqual({ read: 3, queued: 1, unchanged: 2, rejected: {}, ...none })
  })

  test('takes foreign types with --map-type, the others are 535, and says what --map-type must be', async () => {
    const clevertap = await simulate()
    const file = write('a.csv', 'objectId,kind,token\n-a,0,t1\n__b,1,t2\n__c,14,t3\n')
    const { out } = await runImport([file, '--map', 'type=kind', '--map-type', '0=apns,1=fcm', '--json'])
    expect(out).toBe('{"read":3,"queued":2,"unchanged":0,"rejected":{"535":1},"skipped":{},"unmatched":0}\n')
    expect(clevertap.counts.accepted).toBe(2)
    const { code, err } = await runImport([file, '--map', 'type=kind', '--map-type', '0=ios'])
    expect(code).toBe(2)
    expect(err).toContain('--map-type is FOREIGN=TYPE, with a type of chrome, apns, gcm, fcm, wns, mpns')
  })

  test('takes id and type of a web subscription from its endpoint, and skips an unknown push service', async () => {
    const fcm = 'https://fcm.googleapis.com/fcm/send/web-token'
    const mozilla = 'https://updates.push.services.mozilla.com/wpush/v2/gAAA'
    const csv = write(
      'a.csv',
      `objectId,endpoint,p256dh,auth\na,${fcm},${p256dh},${auth}\nb,${mozilla},${p256dh},${auth}\n`,
    )
    expect(await enqueue(csv)).toMatchObject({ read: 2, queued: 1, skipped: { 'other push service': 1 } })
    const lines = write('a.ndjson', `${JSON.stringify({ user: 'a', url: fcm, p256dh, auth })}\n`)
    expect(await enqueue(lines, '--map', 'objectId=user,endpoint=url')).toMatchObject({ unchanged: 1 })
    env = { ...env, PUSHFERRY_WEB_TYPES: 'updates.push.services.mozilla.com=chrome' }
    expect(await enqueue(csv)).toEqual({ read: 2, queued: 1, unchanged: 1, rejected: {}, ...none })
  })

  test('asks which is the token where id stands beside endpoint', async () => {
    const file = write(
      'a.csv',
      `id,objectId,endpoint,p256dh,auth\n1,a,https://fcm.googleapis.com/fcm/send/t,${p256dh},${auth}\n`,
    )
    const { code, err } = await runImport([file, '--enqueue-only', '--type', 'chrome'])
    expect(code).toBe(2)
    expect(err).toContain(
      'two columns may be the token: "id", "endpoint"; choose one with --map id=COLUMN or --map endpoint',
    )
    expect(await enqueue(file, '--map', 'endpoint=endpoint')).toMatchObject({ queued: 1 })
  })

  test('replaces what is there only with --replace', async () => {
    await enqueue(write('a.csv', `${header}__a,fcm,one\n`))
    const other = write('b.csv', `${header}__a,fcm,two\n`)
    expect(await enqueue(other)).toMatchObject({ queued: 0, unchanged: 1 })
    expect(await enqueue(other, '--replace')).toMatchObject({ queued: 1, unchanged: 0 })
  })

  test('dry, stores nothing and says what CleverTap makes of a sample', async () => {
    const clevertap = await simulate()
    clevertap.fail({ kind: 'reject', code: 530, objectIds: ['__b'], times: 'always', dryRun: true })
    const { code, out, err } = await runImport([write('a.csv', `${header}__a,fcm,one\n__b,fcm,two\n`), '--dry-run'])
    expect(out).toBe('read                2\ngood                2\nrejected            0\n')
    expect(err).toMatch(/CleverTap, asked about 2 records with dryRun=1, accepts 1\n {2}530 {2}1 record: /)
    expect(code).toBe(1)
    expect(clevertap.counts.accepted).toBe(0)
    expect((await runCli(['status'], { env })).code).toBe(2) // There is no store.
  })

  test('dry, counts the rows of one objectId as the import will', async () => {
    const ids = ['__a', '__b', '-c', 'd']
    const lines = Array.from({ length: 400 }, (_, n) => `${ids[(n * n) % 4]},fcm,${'xyx'[(n >> 2) % 3]}`)
    const file = write('a.csv', `${header}${lines.join('\n')}\n__e,fcm,x\n,fcm,x\n`)
    for (const [at, how] of [[], ['--replace']].entries()) {
      env = { ...env, PUSHFERRY_STORE: `sqlite:${folder.file(`s${at}.db`)}` }
      const dry = JSON.parse((await runImport([file, '--dry-run', '--json', ...how])).out)
      expect(dry).toEqual(await enqueue(file, ...how))
      expect(dry).toMatchObject({ read: 402, rejected: { 530: 1 } })
    }
    expect((await runImport([write('b.csv', `${header}__a,fcm,x\n__a,fcm,x\n`), '--dry-run'])).out).toBe(
      'read                2\ngood                1\nunchanged           1  another row has their objectId\nrejected            0\n',
    )
  })
})

describe('rejected rows', () => {
  test('stand in a file of the input’s own format with line, code and reason, and can be fixed and imported', async () => {
    const csv = write('a.csv', `id;note;objectId;type\nt1;"a;b";;fcm\nt2;;__b;pigeon\nt3;;__c;fcm\n`)
    const ndjson = write('a.ndjson', `${record('__d')}\n{"objectId":"__e"}\nnonsense\n`)
    const rejects = folder.file('r.csv')
    const { err } = await runImport([csv, ndjson, '--rejects', rejects, '--enqueue-only'])
    const second = folder.file('r-2.csv')
    expect(err).toContain(`4 rejected rows are in ${rejects}, ${second}: fix and import them`)
    const text = readFileSync(rejects, 'utf8')
    expect(text.split('\n')).toEqual([
      'id;note;objectId;type;line;code;reason',
      't1;"a;b";;fcm;2;530;objectId is missing: give the CleverTap ID of the profile',
      't2;;__b;pigeon;3;535;tokenData.type is not known: it is one of chrome, apns, gcm, fcm, wns, mpns',
      '',
    ])
    expect(statSync(rejects).mode & 0o777).toBe(0o600)
    const lines = readFileSync(second, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { objectId: '__e', line: 2, code: 524, reason: 'type must be "token"' },
      { text: 'nonsense', line: 3, code: 'malformed', reason: 'it is not JSON' },
    ])

    const fixed = write('fixed.csv', text.replace('"a;b";;', '"a;b";__a;').replace('pigeon', 'gcm'))
    expect(await enqueue(fixed)).toEqual({ read: 2, queued: 2, unchanged: 0, rejected: {}, ...none })
  })

  test('are also those that CleverTap refused, with their line and without its own record number', async () => {
    const clevertap = await simulate()
    clevertap.fail({ kind: 'reject', code: 527, objectIds: ['__b'], times: 'always' })
    const file = write('a.csv', `${header}__a,fcm,t1\n__b,fcm,t2\n__c,fcm,t3\n`)
    const rejects = folder.file('r.csv')
    const { code, out } = await runImport([file, '--rejects', rejects, '--json'])
    expect([code, out]).toEqual([
      1,
      '{"read":3,"queued":2,"unchanged":0,"rejected":{"527":1},"skipped":{},"unmatched":0}\n',
    ])
    expect(readFileSync(rejects, 'utf8')).toMatch(/^objectId,type,id,line,code,reason\n__b,fcm,t2,3,527,Error 527\n$/)
  })

  test('are rejected again if the import rejected them, and unchanged if CleverTap refused them, until they are corrected', async () => {
    const clevertap = await simulate()
    clevertap.fail({ kind: 'reject', code: 534, objectIds: ['__b'], times: 'always' })
    const rejects = folder.file('r.csv')
    await runImport([write('a.csv', `${header},fcm,t1\n__b,fcm,t2\n`), '--rejects', rejects])
    const again = await runImport([rejects, '--json'])
    expect(JSON.parse(again.out)).toEqual({ read: 2, queued: 0, unchanged: 1, rejected: { 530: 1 }, ...none })
    expect(again.err).toContain('1 record of the store was rejected by CleverTap before: pushferry rejected list')
    const corrected = readFileSync(rejects, 'utf8').replace('\n,', '\n__a,').replace('__b', '__c')
    const { code, out } = await runImport([write('b.csv', corrected), '--json'])
    expect([code, JSON.parse(out)]).toEqual([0, { read: 2, queued: 2, unchanged: 0, rejected: {}, ...none }])
  })
})

test('an import that is interrupted goes on when it is run again, and uploads nothing twice', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'hang', times: 1 })
  env = { ...env, PUSHFERRY_UPLOAD_TIMEOUT_MS: '1000', PUSHFERRY_RETRY_BASE_MS: '1' }
  const rows = Array.from({ length: 250 }, (_, n) => `__${n},fcm,t${n}\n`).join('')
  const first = start(['import', write('a.csv', header + rows)], { env })
  await clevertap.until(({ inFlight }) => inFlight > 0)
  first.interrupt()
  expect(await first.code).toBe(1)
  expect(first.err()).toMatch(/interrupted: \d+ records wait in the store; run the same command again to continue/)

  const { code, out } = await runImport([folder.file('a.csv'), '--json'])
  expect([code, out]).toEqual([0, '{"read":250,"queued":0,"unchanged":250,"rejected":{},"skipped":{},"unmatched":0}\n'])
  expect(clevertap.counts).toMatchObject({ accepted: 250, duplicates: 0 })
})

describe('an import into a queue that is too short for it', () => {
  const rows = Array.from({ length: 250 }, (_, n) => `__${n},fcm,t${n}\n`).join('')

  test('waits for uploads while the queue is full, and imports every row', async () => {
    const clevertap = await simulate()
    env = { ...env, PUSHFERRY_MAX_QUEUED: '40' }
    const { code, out } = await runImport([write('a.csv', header + rows), '--json'])
    expect([code, JSON.parse(out)]).toEqual([0, { read: 250, queued: 250, unchanged: 0, rejected: {}, ...none }])
    expect(clevertap.counts).toMatchObject({ accepted: 250, duplicates: 0 })
  })

  test('ends when --wait is over, says what is full, and counts what is stored', async () => {
    env = { ...env, PUSHFERRY_MAX_QUEUED: '40' }
    const argv = [write('a.csv', header + rows), '--enqueue-only', '--wait', '1ms', '--json']
    const { code, out, err } = await runImport(argv)
    expect([code, JSON.parse(out).queued]).toEqual([1, 40])
    expect(err).toContain('the queue is full (PUSHFERRY_MAX_QUEUED)')
    expect(err).toContain('40 records wait in the store, then run the same command again')
  })

  test('ends when CleverTap refuses the credentials, because the queue would stay full', async () => {
    const clevertap = await simulate()
    env = { ...env, PUSHFERRY_MAX_QUEUED: '40', CLEVERTAP_PASSCODE: 'another-passcode' }
    const { code, err } = await runImport([write('a.csv', header + rows), '--json'])
    expect(code).toBe(1)
    expect(err).toContain('and CleverTap refuses the credentials: run pushferry check')
    expect(clevertap.counts).toMatchObject({ accepted: 0 })
  })
})

describe('what it cannot do it refuses in one line, without a token, and with 2', () => {
  const token = 'frfsgvrwe:APfdsafsgdfsgghfgfgjkhfsfgdhjhbvcvnetry767456fxsasdf'
  test.each<[string, string | Buffer | undefined, string[], RegExp]>([
    ['missing file', undefined, [], /a\.csv: there is no such file/],
    [
      'row in place of names',
      `__a,fcm,${token}\n`,
      [],
      /looks like a row and must name the columns: put a line such as/,
    ],
    ['unknown names', `user,${token}\n`, [], /no column is known as objectId among "user", \(62 characters\)/],
    ['no type', 'objectId,id\n', [], /no column is known as type .*or give one type for all with --type/],
    ['unknown column', header, ['--map', 'id=push'], /--map id: there is no such column; the columns are "objectId"/],
    ['unknown field', header, ['--map', 'user=id'], /--map is FIELD=COLUMN, with a field of objectId, type, id/],
    ['unknown type', header, ['--type', 'sms'], /Allowed choices are chrome, apns, gcm, fcm, wns, mpns/],
    ['unknown option', header, ['--reject', 'x'], /unknown option '--reject' \(Did you mean --rejects\?\)/],
    ['bytes', Buffer.from([1, 0, 2, 0]), [], /it is binary data: give CSV, NDJSON or JSON, in UTF-8/],
    ['Latin-1', Buffer.from([0xe4, 0xf6, 0x0a]), [], /is not UTF-8: save the file as UTF-8/],
    ['a workbook', 'PK\u0003\u0004', [], /Excel workbook or a zip archive: save it as CSV/],
    ['damaged gzip', Buffer.from([0x1f, 0x8b, 1, 1]), [], /begins like gzip, and is damaged: download or compress/],
    [
      'rejects nowhere',
      header,
      ['--rejects', '/nowhere/r.csv'],
      /--rejects \/nowhere\/r\.csv: there is no such folder/,
    ],
    ['another account', header, ['--account', 'B'], /--account is not configured; the accounts are A/],
    ['wait for what', header, ['--wait', '5'], /must be a whole number with ms, s, m, h or d/],
  ])('refuses with one line and exit code 2: %s', async (_what, content, argv, message) => {
    if (content !== undefined) write('a.csv', content)
    const { code, out, err } = await runImport([folder.file('a.csv'), '--enqueue-only', ...argv])
    const last = err.trimEnd().split('\n').at(-1) ?? ''
    expect(last).toMatch(message)
    expect(last).toMatch(/^pushferry: /)
    expect(err).not.toContain(token)
    expect([code, out]).toEqual([2, ''])
  })

  test('a folder', async () => {
    mkdirSync(folder.file('sub'))
    const { code, err } = await runImport([folder.file('sub'), '--enqueue-only'])
    expect([code, err]).toEqual([2, `pushferry: ${folder.file('sub')}: it is a folder\n`])
  })

  test('no passcode, unless it only queues or only checks', async () => {
    const file = write('a.csv', `${header}__a,fcm,t\n`)
    const { code, err } = await runImport([file])
    expect(code).toBe(2)
    expect(err).toMatch(/CLEVERTAP_PASSCODE must be set to upload; --enqueue-only .*, --dry-run only checks\n$/)
    expect((await runImport([file, '--enqueue-only'])).code).toBe(0)
    expect((await runImport([file, '--dry-run'])).code).toBe(0)
  })
})

test('a gzip that is cut off keeps what was read of it, says so and ends with 1', async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) => `__${n},fcm,token:${(n * 7919).toString(36)}-${n}\n`).join('')
  const packed = gzipSync(header + rows)
  const file = write('a.csv.gz', packed.subarray(0, packed.length / 2))
  const { code, out, err } = await runImport([file, '--enqueue-only', '--json'])
  const { read, queued } = JSON.parse(out)
  expect([code, read > 0, queued]).toEqual([1, true, read])
  expect(err).toMatch(/its gzip is damaged or cut off: download or compress it again; .* wait in the store/)
})
