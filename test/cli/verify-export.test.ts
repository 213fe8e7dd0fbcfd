import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Outcome, Store } from '../../src/relay/store/port.ts'
import type { Token } from '../../src/wire/record.ts'
import { newEntry } from '../support/new-entry.ts'
import { ndjson, useFolder } from '../support/use-folder.ts'
import { account, refused, startStore } from './store.ts'

const folder = useFolder()
const { write } = folder
const profile = (ids: readonly string[], token?: string) => ({
  identity: ids[0],
  clevertapId: ids[0],
  clevertapIds: `[${ids.join(',')}]`,
  ...(token === undefined ? {} : { device: { token } }),
})

const completeAll = async (store: Store, tokens: Readonly<Record<string, Token>>, outcome: Outcome): Promise<void> => {
  const more = { account, priority: 'live', sender: 'trusted', replaceLive: true, warnings: [] } as const
  await store.put(Object.entries(tokens).map(([objectId, token]) => ({ objectId, token, ...more })))
  await store.join('uploader', '{}')
  const leased = await store.lease({ account, holder: 'uploader', max: 100, flushMs: 0 })
  if ('waitMs' in leased) throw new Error('nothing was leased')
  await store.complete(
    'uploader',
    leased.entries.map(({ objectId, generation }) => ({ account, objectId, generation, outcome })),
  )
  await store.leave('uploader')
}
const fcm = (id: string): Token => ({ type: 'fcm', id })
const apns = (id: string): Token => ({ type: 'apns', id })
const web: Token = { type: 'chrome', id: 'web-token', keys: { p256dh: 'key', auth: 'secret' } }

describe('verify --export', () => {
  it('is content when every accepted token is on its profile', async () => {
    const { store, run } = await startStore()
    await completeAll(store, { __a: fcm('ta'), '-b': apns('tb') }, { kind: 'accepted' })
    const file = write(
      'profiles.json',
      ndjson(profile(['__a'], 'ta'), profile(['-b'], 'tb'), profile(['__stranger'], 'x')),
    )
    expect(await run(['verify', '--export', file])).toEqual({
      code: 0,
      out: 'seen         2  1 apns, 1 fcm\nother token  0\nnot seen     0\n',
      err: `${file}: a CleverTap Profile Export: NDJSON, 3 records\n`,
    })
  })

  it('tells another token from one that is not seen, by type, and lists both', async () => {
    const { store, run } = await startStore()
    await completeAll(
      store,
      { __seen: fcm('t1'), __other: fcm('t2'), '-gone': apns('t3'), '-empty': apns('t4'), web },
      { kind: 'accepted' },
    )
    const csv = `identity,clevertapId,clevertapIds,device
a,__seen,[__seen],"{""token"":""t1""}"
b,__other,[__other],"{""token"":""newer""}"
c,-empty,[-empty],
d,web,[web],"{""token"":""web-token""}"
`
    const file = write('profiles.csv.gz', gzipSync(csv))
    const { code, out } = await run(['verify', '--export', file, '--list'])
    expect(code).toBe(1)
    expect(out.split('\n').slice(0, 7)).toEqual([
      'seen         1  1 fcm',
      'other token  1  1 fcm',
      'not seen     3  2 apns, 1 chrome',
      '-empty  apns  not seen',
      '-gone  apns  not seen',
      '__other  fcm  other token',
      'web  chrome  not seen',
    ])
    expect(out).toContain('Not seen does not prove that a token is lost')
    expect(out).toContain('One of those not seen is a web token (chrome), which can never be seen')
    expect(JSON.parse((await run(['verify', '--export', file, '--json'])).out)).toEqual({
      ok: false,
      account,
      seen: { fcm: 1 },
      other: { fcm: 1 },
      notSeen: { apns: 2, chrome: 1 },
      notCompared: 0,
      profiles: [
        { objectId: '-empty', type: 'apns', verdict: 'notSeen' },
        { objectId: '-gone', type: 'apns', verdict: 'notSeen' },
        { objectId: '__other', type: 'fcm', verdict: 'other' },
        { objectId: 'web', type: 'chrome', verdict: 'notSeen' },
      ],
    })
    expect((await run(['verify', '--export', file])).out).toBe(out)
  })

  it('does not take the token of one device of a profile for another token of its other device', async () => {
    const { store, run } = await startStore()
    await completeAll(store, { __phone: fcm('t1'), '-pad': apns('t2') }, { kind: 'accepted' })
    const file = write('p.json', ndjson(profile(['-pad', '__phone'], 't1')))
    const { out } = await run(['verify', '--export', file, '--list'])
    expect(out).toContain('seen         1  1 fcm\nother token  0\nnot seen     1  1 apns\n-pad  apns  not seen\n')
  })

  it('reads all files of a split export, and one that knows the token is enough', async () => {
    const { store, run } = await startStore()
    await completeAll(store, { __a: fcm('ta'), __b: fcm('tb') }, { kind: 'accepted' })
    const first = write('1.json', ndjson(profile(['__a'], 'ta'), profile(['__b'], 'older')))
    const second = write('2.json', ndjson(profile(['__b'], 'tb')))
    expect((await run(['verify', '--export', first, '--export', second])).code).toBe(0)
  })

  it('leaves out what CleverTap has not accepted, and says so', async () => {
    const { store, run } = await startStore()
    await completeAll(store, { __refused: fcm('t1') }, refused(535))
    await completeAll(store, { __a: fcm('ta') }, { kind: 'accepted' })
    const { code, out } = await run(['verify', '--export', write('p.json', ndjson(profile(['__a'], 'ta')))])
    expect([code, out]).toEqual([0, expect.stringContaining('1 record of the store is not compared')])
  })

  it('counts queued records of every kind among those that are not compared', async () => {
    const { store, run } = await startStore()
    await completeAll(store, { __a: fcm('ta') }, { kind: 'accepted' })
    await store.put([
      newEntry('live', 't1', { account }),
      newEntry('import', 't2', { account, priority: 'import' }),
      newEntry('unproved', 't3', { account, sender: 'unproved' }),
    ])
    const file = write('p.json', ndjson(profile(['__a'], 'ta')))
    expect((await run(['verify', '--export', file])).out).toContain('3 records of the store are not compared')
    expect(JSON.parse((await run(['verify', '--export', file, '--json'])).out)).toMatchObject({ notCompared: 3 })
  })

  it('walks a store of more rows than a page', async () => {
    const { store, run } = await startStore()
    const ids = Array.from({ length: 1_100 }, (_, at) => `__${at}`)
    for (let from = 0; from < ids.length; from += 100)
      await completeAll(store, Object.fromEntries(ids.slice(from, from + 100).map((id) => [id, fcm(id)])), {
        kind: 'accepted',
      })
    const file = write('p.json', ndjson(...ids.slice(50).map((id) => profile([id], id))))
    const { out } = await run(['verify', '--export', file, '--json', '--list'])
    const { seen, notSeen, profiles } = JSON.parse(out)
    expect([seen, notSeen, profiles.length]).toEqual([{ fcm: 1_050 }, { fcm: 50 }, 50])
    const listed = async (...more: string[]) =>
      (await run(['verify', '--export', file, ...more])).out.match(/not seen\n/g)
    expect([(await listed())?.length, (await listed('--list'))?.length]).toEqual([20, 50])
    expect((await run(['verify', '--export', file])).out).toContain('and 30 more: --list shows all\n')
  })

  it('says when the export was made without device attributes', async () => {
    const { store, run } = await startStore()
    await completeAll(store, { __a: fcm('ta') }, { kind: 'accepted' })
    const { code, out } = await run(['verify', '--export', write('p.json', ndjson(profile(['__a'])))])
    expect([code, out]).toEqual([1, expect.stringContaining('No profile of the export shows a token')])
  })

  it.each([
    ['no export', 'a.csv', 'objectId,type,id\n__a,fcm,t\n', 'it is not a CleverTap Profile Export with CleverTap IDs'],
    ['an empty file', 'a.json', '', 'it is empty'],
    ['a header alone', 'a.csv', 'identity,clevertapId,device\n', 'it has no profiles'],
    [
      'an ID that JSON has rounded',
      'a.json',
      '{"identity":"a","clevertapId":12345678901234567890}\n',
      'line 1: a CleverTap ID is a number',
    ],
  ])('refuses to compare the store with %s', async (_, name, content, message) => {
    const { run } = await startStore()
    const { code, out, err } = await run(['verify', '--export', write(name, content)])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)])
  })
})
