import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { ndjson, useFolder } from '../support/use-folder.ts'

const folder = useFolder()
const { write } = folder

/** A dry run that writes what it set aside; `put` are the rows that would be queued, as a CSV of their own has them. */
const join = async (input: string, joins: readonly string[], on: string, more: readonly string[] = []) => {
  const rejects = folder.file('rejects.csv')
  const files = joins.flatMap((file) => ['--join', file])
  const argv = ['import', input, ...files, '--on', on, '--dry-run', '--json', '--rejects', rejects, ...more]
  const { code, out, err } = await runCli(argv)
  return {
    code,
    err,
    summary: out === '' ? undefined : JSON.parse(out),
    listed: code === 2 ? '' : readFileSync(rejects, 'utf8'),
  }
}

const tokens = 'user,type,id\nu1,apns,t1\nu1,fcm,t2\nu2,fcm,t3\nnobody,fcm,t4\n'
const all = { read: 4, queued: 3, unchanged: 0, rejected: {}, skipped: {}, unmatched: 1 }

const exported = [
  {
    identity: 'u1',
    all_identities: ['u1', 'one@example.com'],
    clevertapId: '__one',
    clevertapIds: '[__one,-one,Ne22k5-xQ90s]',
    device: { token: 'x' },
    'MSG-push': true,
  },
  { identity: 'u2', all_identities: ['u2'], clevertapId: '__two', clevertapIds: '[__two]', device: { token: '' } },
]
const exportedCsv = `identity,all_identities,clevertapId,clevertapIds,device,Name
u1,"[ ""u1"",""one@example.com"" ]",__one,"[__one,-one,Ne22k5-xQ90s]","{""token"":""x""}",A
u2,"[ ""u2"" ]",__two,[__two],"{""token"":""""}",B
`

describe('a join', () => {
  it.each([
    ['CSV', 'ids.csv', 'identity,clevertap_id\nu1,__one\nu1,-one\nu2,__two\n'],
    [
      'CSV with spaces before its quotes',
      'ids.csv',
      '"identity", "clevertap_id"\n"u1", "__one"\n"u1", "-one"\nu2,"__two"\n',
    ],
    [
      'NDJSON',
      'ids.ndjson',
      ndjson({ identity: 'u1', ct_id: '__one' }, { identity: 'u1', ct_id: '-one' }, { identity: 'u2', ct_id: '__two' }),
    ],
    [
      'a JSON list',
      'ids.json',
      JSON.stringify([
        { identity: 'u1', objectId: '__one' },
        { identity: 'u1', objectId: '-one' },
        { identity: 'u2', objectId: '__two' },
      ]),
    ],
    ['a Profile Export of NDJSON', 'profiles.json', ndjson(...exported)],
    [
      'a Profile Export of JSON over several lines',
      'profiles.json',
      exported.map((one) => JSON.stringify(one, undefined, 2)).join('\n'),
    ],
    ['a Profile Export of CSV', 'profiles.csv', exportedCsv],
  ])('reads %s, plain and gzipped', async (_, name, content) => {
    const input = write('tokens.csv', tokens)
    const plain = await join(input, [write(name, content)], 'user=identity')
    expect([plain.code, plain.summary]).toEqual([1, all])
    expect(plain.listed).toMatch(/,5,530,the join file has no CleverTap ID for this user\n$/)
    expect(plain.err.includes('a CleverTap Profile Export: ')).toBe(name.startsWith('profiles'))
    const packed = await join(input, [write(`${name}.gz`, gzipSync(content))], 'user=identity')
    expect(packed.summary).toEqual(all)
  })

  it('takes the CleverTap ID whose prefix fits the type, for each type of one profile', async () => {
    const input = write('tokens.csv', 'user,type,id,p256dh,auth\nu1,apns,t1,,\nu1,fcm,t2,,\nu1,wns,t3,,\n')
    const { code, summary, listed } = await join(input, [write('profiles.json', ndjson(...exported))], 'user=identity')
    expect([code, summary.queued, summary.rejected]).toEqual([1, 2, { 530: 1 }])
    expect(listed).toContain('several CleverTap IDs for this user: -one, Ne22k5-xQ90s, __one')
  })

  it('never takes the CleverTap ID of another platform: a single one is unmatched, several are rejected and named', async () => {
    const ids = write('ids.csv', 'identity,ct_id\nphone,__one\nold,plain\npads,-a\npads,-b\n')
    const rows = ['phone,apns,t1', 'phone,fcm,t2', 'old,apns,t3', 'pads,fcm,t4', 'pads,apns,t5']
    const { summary, listed } = await join(write('t.csv', `user,type,id\n${rows.join('\n')}\n`), [ids], 'user=identity')
    expect(summary).toMatchObject({ read: 5, queued: 2, unmatched: 1, rejected: { 530: 2 } })
    expect(listed).toContain(
      'phone,apns,t1,2,530,the join file has no CleverTap ID for this user that fits apns: __one',
    )
    expect(listed).toContain(
      'pads,fcm,t4,5,530,"the join file has no CleverTap ID for this user that fits fcm: -a, -b"',
    )
    expect(listed).toContain('pads,apns,t5,6,530,"the join file has several CleverTap IDs for this user: -a, -b"')
  })

  it('takes the type of a web subscription from its endpoint', async () => {
    const p256dh = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
    const row = `u1,https://fcm.googleapis.com/fcm/send/web-token,${p256dh},5I2Bu2oKdyy9CwL8QVF0NQ==`
    const input = write('t.csv', `user,endpoint,p256dh,auth\n${row}\n`)
    const ids = write('profiles.json', ndjson(...exported))
    expect((await join(input, [ids], 'user=identity')).summary).toMatchObject({ read: 1, queued: 1 })
  })

  it('refuses a type that it does not know with 535, also where several CleverTap IDs fit', async () => {
    const input = write('t.csv', 'user,type,id\nu1,webpush,t1\n')
    const { summary } = await join(input, [write('profiles.json', ndjson(...exported))], 'user=identity')
    expect(summary.rejected).toEqual({ 535: 1 })
  })

  it('looks up any of the identities that a Profile Export lists', async () => {
    const input = write('tokens.csv', 'mail,type,id\none@example.com,fcm,t1\nu2,fcm,t2\n')
    for (const file of [write('p.json', ndjson(...exported)), write('p.csv', exportedCsv)])
      expect((await join(input, [file], 'mail=all_identities')).summary.queued).toBe(2)
  })

  it('reads the several files that a large export is split into', async () => {
    const [first, second] = exported
    const files = [write('a.json', ndjson(first)), write('b.csv', 'identity,clevertapId\nu2,__two\n')]
    expect((await join(write('tokens.csv', tokens), files, 'user=identity')).summary).toEqual(all)
    expect(second).toBeDefined()
  })

  it.each([
    ['a dotted path', 'who.id=profile.uid'],
    ['the last name where only one member has it', 'id=uid'],
  ])('finds nested members by %s', async (_, on) => {
    const input = write(
      't.ndjson',
      ndjson({ who: { id: 'u1' }, type: 'fcm', token: 't1' }, { who: { id: 'x' }, type: 'fcm', token: 't2' }),
    )
    const ids = write('ids.ndjson', ndjson({ profile: { uid: 'u1' }, ct_id: '__one' }))
    const { summary } = await join(input, [ids], on, ['--map', 'id=token'])
    expect(summary).toEqual({ read: 2, queued: 1, unchanged: 0, rejected: {}, skipped: {}, unmatched: 1 })
  })

  it('finds a column of a table whose name is a path by its last name', async () => {
    const input = write('t.csv', 'Attributes.CustomUserData,type,id\nu1,fcm,t1\n')
    const ids = write('ids.csv', 'profile.uid,ct_id\nu1,__one\n')
    expect((await join(input, [ids], 'CustomUserData=uid')).summary.queued).toBe(1)
  })

  it('refuses a last name that several members have, and names them', async () => {
    const ids = write('ids.ndjson', ndjson({ a: { uid: 'u1' }, b: { uid: 'u2' }, ct_id: '__one' }))
    const { code, err } = await join(write('tokens.csv', tokens), [ids], 'user=uid')
    expect([code, err]).toEqual([2, expect.stringContaining('several members have the name uid: a.uid and b.uid')])
  })

  it('joins NDJSON and JSON records, those of CleverTap’s own shape as well', async () => {
    const ids = write('ids.csv', 'identity,ct_id\nu1,__one\nu1,-one\n7,__seven\n')
    const records = [
      { user: 'u1', tokenData: { id: 't1', type: 'apns' }, type: 'token' },
      { user: 'u1', id: 't2', type: 'FCM' },
      { user: 7, id: 't3', type: 'fcm' },
    ]
    for (const input of [write('t.ndjson', ndjson(...records)), write('t.json', JSON.stringify({ d: records }))])
      expect(await join(input, [ids], 'user=identity')).toMatchObject({ code: 0, summary: { read: 3, queued: 3 } })
  })

  it('refuses numbers that JSON has rounded, in the import and in the join file', async () => {
    const ids = write('ids.csv', 'identity,ct_id\n12345678901234567000,__one\n')
    const input = write('t.ndjson', '{"user":12345678901234567890,"id":"t","type":"fcm"}\n')
    const left = await join(input, [ids], 'user=identity')
    expect(left.summary).toMatchObject({ queued: 0, rejected: { malformed: 1 } })
    const inexact = write(
      'ids.ndjson',
      '{"identity":"a","ct_id":"__a"}\n{"identity":12345678901234567890,"ct_id":"__one"}\n',
    )
    const right = await join(write('tokens.csv', tokens), [inexact], 'user=identity')
    expect(right.code).toBe(2)
    expect(right.err).toContain('line 2: the identity is a number that is not exact in JSON')
  })

  it('says how many records of the join file cannot be read, and goes on', async () => {
    const ids = write(
      'ids.ndjson',
      `{"identity":"u1","ct_id":"__one"}\n{"identity":\n${ndjson({ identity: 'u2', ct_id: '__two' })}`,
    )
    const { summary, err } = await join(write('tokens.csv', tokens), [ids], 'user=identity')
    expect(summary).toMatchObject({ queued: 2, unmatched: 2 })
    expect(err).toContain('ids.ndjson: NDJSON, 3 records, 1 of which cannot be read (the first in line 2)')
  })

  it('never takes a quote that stands outside of a value for a part of an ID', async () => {
    const { summary, err } = await join(
      write('t.csv', tokens),
      [write('ids.csv', 'identity,clevertap_id\nu1,"__one" \nu1,"-one"\nu2,"__two"\n')],
      'user=identity',
    )
    expect(summary).toMatchObject({ queued: 2, unmatched: 2 })
    expect(err).toContain('3 records, 1 of which cannot be read (the first in line 2)')
  })

  it('never takes a placeholder for a key or an ID', async () => {
    const ids = write('ids.csv', 'identity,ct_id\nNULL,__one\nu2,null\n')
    const input = write('t.csv', 'user,type,id\nNULL,fcm,t1\nu2,fcm,t2\n')
    expect((await join(input, [ids], 'user=identity')).summary).toMatchObject({ queued: 0, unmatched: 2 })
  })

  it('takes neither a shortened number nor an ID with an invisible character for a key, and says which it was', async () => {
    const ids = write('ids.csv', 'identity,ct_id\n1.23457E+14,__one\nu2,__two\n')
    const input = write('t.csv', 'user,type,id\n1.23457E+14,fcm,t1\nu2\u200b,fcm,t2\n,fcm,t3\n')
    const { summary, listed, err } = await join(input, [ids], 'user=identity')
    expect(summary).toMatchObject({ read: 3, queued: 0, unmatched: 3 })
    expect(listed).toContain('its user is a number in scientific notation, as spreadsheets shorten long numbers')
    expect(listed).toContain('no CleverTap ID for this user, which has an invisible character in it')
    expect(listed).toContain('the row has no value for user, so it cannot be joined')
    expect(err).toContain('ids.csv: CSV, 2 records, 1 of which match nothing')
  })

  it('of two columns with one name asks for the position, and takes it', async () => {
    const ids = write('ids.csv', 'identity,ct_id\nu1,__one\n')
    const input = write('t.csv', 'user,user,type,id\nx,u1,fcm,t1\n')
    const { code, err } = await join(input, [ids], 'user=identity')
    expect([code, err]).toEqual([2, expect.stringContaining("by its position, such as --on '#2=COLUMN'")])
    expect((await join(input, [ids], '#2=identity')).summary).toMatchObject({ queued: 1 })
  })

  it.each([
    ['an empty file', 'ids.csv', '', /it is empty/],
    ['CSV without the column', 'ids.csv', 'mail,ct_id\na,b\n', /there is no column identity/],
    ['NDJSON without the member', 'ids.ndjson', ndjson({ mail: 'a', ct_id: 'b' }), /there is no column identity/],
    [
      'no CleverTap IDs',
      'ids.csv',
      'identity,mail\na,b\n',
      /no column is known as objectId among "identity", "mail"; name it clevertap_id in its first line/,
    ],
    ['two columns of the key', 'ids.csv', 'identity,identity,ct_id\na,b,c\n', /several columns have the name identity/],
    ['two columns of IDs', 'ids.csv', 'identity,ct_id,ct_id\na,b,c\n', /several columns have the name ct_id/],
  ])('refuses %s before anything is done', async (_, name, content, message) => {
    const { code, err } = await join(write('tokens.csv', tokens), [write(name, content)], 'user=identity')
    expect([code, err]).toEqual([2, expect.stringMatching(message)])
  })

  it('takes a table without rows, in which no key has an ID', async () => {
    const { code, summary } = await join(
      write('tokens.csv', tokens),
      [write('ids.csv', 'identity,ct_id\n')],
      'user=identity',
    )
    expect([code, summary.queued]).toEqual([1, 0])
  })

  it('names a few IDs of a key that very many profiles share, and refuses it', async () => {
    const many = Array.from({ length: 300 }, (_, at) => `shared,${at === 7 ? '__fits' : `id${at}`}\n`).join('')
    const input = write('t.csv', 'user,type,id\nshared,fcm,t1\n')
    const { summary, listed } = await join(input, [write('ids.csv', `identity,ct_id\n${many}`)], 'user=identity')
    expect(summary.rejected).toEqual({ 530: 1 })
    expect(listed).toMatch(/__fits, id0, id1, id10, id100 and 95 more/)
  })

  it('reads standard input once, for the import or for the join', async () => {
    const { code, err } = await join('-', ['-'], 'user=identity')
    expect([code, err]).toEqual([2, expect.stringContaining('- is standard input and can be read once')])
  })
})
