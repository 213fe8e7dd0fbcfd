import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sqliteMigrations } from '../../../../src/relay/store/migrations/sqlite.ts'
import type { Store } from '../../../../src/relay/store/port.ts'
import { fingerprint } from '../../../../src/relay/store/rules/fingerprint.ts'
import { loadSqlite, type SqlDatabase, type SqlRow } from '../../../../src/relay/store/sqlite/driver.ts'
import { openSqliteStore } from '../../../../src/relay/store/sqlite/store.ts'
import { account, newEntry as entry } from '../../../support/new-entry.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `p${String(n).padStart(4, '0')}`)
const { DatabaseSync } = await loadSqlite()

/** Two processes on one file, and a look at its tables past both of them. */
let folder: ReturnType<typeof temporaryFolder>
let one: Store
let other: Store
let file: SqlDatabase
const open = (): Promise<Store> => openSqliteStore(folder.file('outbox.db'), { now: () => 1_800_000_000_000 })
const rows = (table: 'arrival' | 'token'): number =>
  Number((file.prepare(`SELECT count(*) AS n FROM ${table}`).get() as SqlRow).n)
const lease = async (store: Store, max = 100): Promise<string[]> => {
  const leased = await store.lease({ account, holder: 'h', max, flushMs: 0 })
  return 'entries' in leased ? leased.entries.map(({ objectId }) => objectId) : []
}

/** Two tokens whose fingerprints have the same bits where the index of new rows looks first: 18 to 47. */
const tokensAlike = (): [string, string] => {
  const known = new Map<number, string>()
  for (let n = 0; ; n++) {
    const id = `token-${n}`
    const bits = Number.parseInt(fingerprint({ type: 'fcm', id }).slice(0, 12), 16) % 2 ** 30
    const other = known.get(bits)
    if (other !== undefined) return [other, id]
    known.set(bits, id)
  }
}

beforeEach(async () => {
  // The quiet time after which rows are moved ends only when a test says so.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  folder = temporaryFolder()
  one = await open()
  other = await open()
  await one.join('h', '{}')
  file = new DatabaseSync(folder.file('outbox.db'))
})
afterEach(async () => {
  vi.useRealTimers()
  file.close()
  await one.close()
  await other.close()
  folder.remove()
})

describe('a new row', () => {
  it('waits unindexed until nothing has come in for a moment, and is then moved', async () => {
    for (const name of names(3)) await one.put([entry(name)])
    expect([rows('arrival'), rows('token')]).toEqual([3, 0])
    vi.advanceTimersByTime(1_000)
    await vi.waitFor(() => expect([rows('arrival'), rows('token')]).toEqual([0, 3]))
  })
  it('is seen as queued by every process', async () => {
    await one.put([{ ...entry('a'), warnings: ['odd'] }])
    const status = { objectId: 'a', state: 'queued', attempts: 0, error: null, settledAt: null, warnings: ['odd'] }
    expect(await one.find(account, 'a')).toMatchObject(status)
    expect(await other.find(account, 'a')).toMatchObject(status)
    expect(rows('arrival')).toBe(1)
    expect((await other.counts(account)).oldestReceivedAt).toBe(1_800_000_000_000)
  })
  it('is known to every process that takes the same person in again', async () => {
    await one.put([entry('a'), entry('b')])
    expect(await other.put([entry('a')])).toEqual([{ result: 'unchanged' }])
    expect(await other.put([entry('b', 'newer')])).toEqual([{ result: 'replaced' }])
    expect(await other.put([entry('c', 'newer')])).toEqual([{ result: 'queued' }])
    expect(await one.put([entry('c', 'newer')])).toEqual([{ result: 'unchanged' }])
    expect(rows('arrival') + rows('token')).toBe(3)
  })
  it('is found by its token under another person, also when it was moved by another process', async () => {
    await one.put([entry('a', 'shared')])
    expect(await lease(other)).toEqual(['a'])
    await one.put([entry('b', 'shared')])
    await one.put([entry('c', 'shared')])
    expect((await one.counts(account)).events.moved).toBe(0)
    vi.advanceTimersByTime(1_000)
    await vi.waitFor(async () => expect((await one.counts(account)).events.moved).toBe(2))
  })
  it('is found by its token beside a row whose token looks the same in the index, which stays or goes by itself', async () => {
    const [common, alike] = tokensAlike()
    await one.put([entry('a', common)])
    await one.put([entry('a', common)])
    expect(rows('token')).toBe(1)
    await one.put([entry('b', common), entry('c', alike), entry('d', alike)])
    expect(await one.put([entry('c', alike)])).toEqual([{ result: 'unchanged' }])
    expect([rows('arrival'), rows('token')]).toEqual([1, 3])
    await one.put([entry('a', 'another')])
    expect([rows('arrival'), rows('token')]).toEqual([0, 4])
    expect((await one.counts(account)).events.moved).toBe(2)
  })
  it('is withdrawn and erased by a process that has not seen it before', async () => {
    await one.put([entry('a'), entry('b')])
    expect(await other.withdraw(account, 'a')).toBe(true)
    expect(await other.erase(account, 'b')).toBe(true)
    expect(await one.find(account, 'a')).toMatchObject({ state: 'withdrawn' })
    expect(await one.find(account, 'b')).toBeUndefined()
    expect(rows('arrival')).toBe(0)
  })
  it('is there after a process was killed that had only just acknowledged it', async () => {
    await one.put([entry('a')])
    // What a killed process leaves: the files as they are.
    const heir = await open()
    expect(await heir.find(account, 'a')).toMatchObject({ state: 'queued' })
    expect(await heir.put([entry('a')])).toEqual([{ result: 'unchanged' }])
    await heir.close()
  })
  it('is not remembered when its commit did not come about', async () => {
    file.exec("CREATE TRIGGER no_more BEFORE INSERT ON arrival BEGIN SELECT raise(ABORT, 'not now'); END")
    await expect(one.put([entry('a')])).rejects.toMatchObject({ code: 'unavailable' })
    file.exec('DROP TRIGGER no_more')
    expect(await one.find(account, 'a')).toBeUndefined()
    expect(await one.put([entry('a')])).toEqual([{ result: 'queued' }])
  })
})

it('a file of the schema before this one is taken into use, with what is in it', async () => {
  const old = folder.file('old.db')
  const database = new DatabaseSync(old)
  database.exec(sqliteMigrations[0]?.sql ?? '')
  database.exec('PRAGMA user_version = 1')
  database.exec("INSERT INTO account (id, name) VALUES (1, 'ACC')")
  database.exec(`INSERT INTO token (account, object_id, type, state, lane, seq, generation, keyed, attempts, deferrals,
    failures, received_at, ready_at, due_at, mark, fingerprint, token)
    VALUES (1, 'a', 'fcm', 0, 0, 1, 1, 0, 0, 0, 0, 5, 5, 0, 7, x'00', 'a-token')`)
  database.exec("UPDATE single SET n = 1 WHERE name = 'sequence'")
  database.close()
  const store = await openSqliteStore(old)
  await store.put([entry('b')])
  await store.join('h', '{}')
  expect(await lease(store)).toEqual(['a', 'b'])
  await store.close()
})

describe('a lease', () => {
  it('gives rows in the order of their age, whichever process took them in and wherever they are', async () => {
    await one.put([entry('a')])
    await other.put([entry('b')])
    await one.put([entry('a', 'newer')])
    await one.put([entry('c')])
    expect(await lease(one)).toEqual(['b', 'a', 'c'])
  })
  it('moves no new rows while enough older ones are due', async () => {
    await one.put(names(60).map((name) => entry(name)))
    await one.put([entry('young')])
    expect(rows('arrival')).toBe(1)
    expect(await lease(one, 60)).toEqual(names(60))
    expect(rows('arrival')).toBe(1)
    expect(await lease(one, 60)).toEqual(['young'])
  })
  it('moves more rows than one transaction does, a part in each', async () => {
    for (let from = 0; from < 1_500; from += 50)
      await one.put(
        names(from + 50)
          .slice(from)
          .map((name) => entry(name)),
      )
    expect(await lease(other, 1_500)).toEqual([])
    expect(await lease(other, 1_500)).toEqual(names(1_500))
  })
})
