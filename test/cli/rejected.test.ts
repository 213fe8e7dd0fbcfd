import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { account, complete, refused, startStore } from './store.ts'

const setUp = async () => {
  const started = await startStore()
  const { store } = started
  await complete(store, 'a', refused(535))
  await complete(store, 'b', refused(530, 'said "no", twice'))
  await complete(store, 'c', { kind: 'accepted' })
  await complete(store, 'd', refused(535))
  return started
}

describe('rejected list', () => {
  it('shows the rejected records with code and text, the latest first, and no token', async () => {
    const { run } = await setUp()
    const { code, out } = await run(['rejected', 'list'])
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toEqual([
      expect.stringMatching(/^\S+Z {2}535 {2}fcm +d {2}why$/),
      expect.stringMatching(/^\S+Z {2}530 {2}fcm +b {2}said "no", twice$/),
      expect.stringMatching(/^\S+Z {2}535 {2}fcm +a {2}why$/),
    ])
    expect(out).not.toContain('token-of')
  })
  it('goes page by page, and by code', async () => {
    const { run } = await setUp()
    const first = JSON.parse((await run(['rejected', 'list', '--limit', '2', '--json'])).out)
    expect(first).toMatchObject({ account, records: [{ objectId: 'd', code: 535 }, { objectId: 'b' }] })
    const second = JSON.parse(
      (await run(['rejected', 'list', '--limit', '2', '--after', String(first.next), '--json'])).out,
    )
    expect(second).toMatchObject({ records: [{ objectId: 'a', attempts: 1 }], next: null })
    expect((await run(['rejected', 'list', '--code', '530'])).out).toContain('  b  ')
  })
  it('says so when there is none', async () => {
    const { run } = await startStore()
    expect(await run(['rejected', 'list'])).toMatchObject({ code: 0, out: '', err: 'no record is rejected\n' })
  })
})

describe('rejected retry', () => {
  it('queues all again, or those of a code, or those named', async () => {
    const { run, store } = await setUp()
    expect(await run(['rejected', 'retry', '--code', '530', '--json'])).toMatchObject({
      code: 0,
      out: `{"account":"${account}","queued":1}\n`,
    })
    expect(await store.find(account, 'b')).toMatchObject({ state: 'queued' })
    expect(await run(['rejected', 'retry', 'a'])).toMatchObject({ code: 0 })
    expect(await run(['rejected', 'retry'])).toMatchObject({ code: 0, out: expect.stringContaining('1 record is') })
    expect(await store.find(account, 'd')).toMatchObject({ state: 'queued' })
  })
  it('fails for one that is not rejected, and says how many', async () => {
    const { run } = await setUp()
    expect(await run(['rejected', 'retry', 'a', 'c', 'nobody'])).toMatchObject({
      code: 1,
      err: 'pushferry: 2 of those given are not rejected\n',
    })
  })
})

describe('rejected export', () => {
  it('prints CSV that can be imported again, with code and reason', async () => {
    const { run } = await setUp()
    expect((await run(['rejected', 'export', '--code', '530'])).out).toBe(
      'objectId,type,id,p256dh,auth,line,code,reason\nb,fcm,token-of-b,,,,530,"said ""no"", twice"\n',
    )
  })
  it('prints one JSON object a line', async () => {
    const { run } = await setUp()
    const { out } = await run(['rejected', 'export', '--format', 'ndjson', '--code', '530'])
    expect(JSON.parse(out)).toEqual({
      type: 'token',
      tokenData: { id: 'token-of-b', type: 'fcm' },
      objectId: 'b',
      code: 530,
      reason: 'said "no", twice',
    })
  })
  it.each([[['--json']], [['--format', 'json']]])(
    'prints one JSON document with %j, also for no record',
    async (how) => {
      const { run } = await setUp()
      expect(JSON.parse((await run(['rejected', 'export', ...how])).out)).toMatchObject({
        d: [{ objectId: 'd' }, { objectId: 'b' }, { objectId: 'a' }],
      })
      expect(JSON.parse((await run(['rejected', 'export', '--code', '999', ...how])).out)).toEqual({ d: [] })
    },
  )

  it('writes a file that only its owner can read, also where it existed or a link leads to it', async () => {
    const { run, path } = await setUp()
    const [old, link] = [`${path}-old.csv`, `${path}-link.csv`]
    writeFileSync(old, 'what was there', { mode: 0o644 })
    symlinkSync(old, link)
    for (const file of [`${path}-new.csv`, old, link]) {
      chmodSync(old, 0o644)
      const { code, out, err } = await run(['rejected', 'export', '--file', file])
      expect([code, out, err]).toEqual([0, '', `3 records are in ${file}\n`])
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(readFileSync(file, 'utf8')).toMatch(/^objectId,type,id,p256dh,auth,line,code,reason\nd,fcm,token-of-d,/)
    }
    const nowhere = await run(['rejected', 'export', '--file', `${path}/no/file`])
    expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('--file') })
  })

  it.each(['csv', 'ndjson', 'json'])(
    'goes out as %s so that a spreadsheet runs nothing of it, and is imported again unchanged',
    async (format) => {
      const ids = ['-ios', "'-quoted", '=1+1', '+1', '@sum', '|cmd', 'a,b', 'a"b', "''=x", 'ümlaut', '1e5', '007']
      const from = await startStore()
      for (const id of ids) await complete(from.store, id, refused(535, '=HYPERLINK("x"), "y"'))
      const file = `${from.path}.out`
      await from.run(['rejected', 'export', '--format', format, '--file', file])
      if (format === 'csv') {
        const cells: string[][] = parse(readFileSync(file, 'utf8'))
        expect(cells.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
      }
      const to = await startStore()
      const { code } = await to.run(['import', file, '--enqueue-only'])
      expect(code).toBe(0)
      await to.store.join('uploader', '{}')
      const leased = await to.store.lease({ account, holder: 'uploader', max: 100, flushMs: 0 })
      const entries = 'waitMs' in leased ? [] : leased.entries
      expect(entries.map(({ objectId, token }) => [objectId, token.id]).toSorted()).toEqual(
        ids.map((id) => [id, `token-of-${id}`]).toSorted(),
      )
    },
  )
})

describe('records of browsers without proof', () => {
  const setUpUnproved = async () => {
    const started = await setUp()
    const { store } = started
    await complete(store, 'stranger', refused(530), 'unproved')
    return started
  }
  const why =
    'pushferry: the token of 1 record was not kept, because the browser gave no proof: it sends the token again automatically\n'

  it('are listed, and said to be no more than that', async () => {
    const { run } = await setUpUnproved()
    const { records } = JSON.parse((await run(['rejected', 'list', '--json'])).out)
    expect(records).toMatchObject([
      { objectId: 'stranger', retryable: false },
      { objectId: 'd', retryable: true },
      { objectId: 'b' },
      { objectId: 'a' },
    ])
  })
  it('are not queued again, which is said', async () => {
    const { run, store } = await setUpUnproved()
    expect(await run(['rejected', 'retry'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 records are'),
      err: why,
    })
    expect(await run(['rejected', 'retry', 'stranger'])).toMatchObject({ code: 1, err: why })
    expect(await store.find(account, 'stranger')).toMatchObject({ state: 'rejected' })
  })
  it('are not exported, which is said', async () => {
    const { run } = await setUpUnproved()
    const { out, err } = await run(['rejected', 'export'])
    expect(out).not.toContain('stranger')
    expect(out.trim().split('\n')).toHaveLength(4)
    expect(err).toBe(why)
  })
})
