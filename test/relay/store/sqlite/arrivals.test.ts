import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../../../src/relay/store/port.ts'
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

it.each([1, 2, 3])('refuses a file of schema %i, which was never released, and leaves it as it is', async (schema) => {
  const old = folder.file('old.db')
  const database = new DatabaseSync(old)
  database.exec(`CREATE TABLE kept (n INTEGER); PRAGMA user_version = ${schema}`)
  await expect(openSqliteStore(old)).rejects.toThrow(`schema ${schema}, from before the first release`)
  expect(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toEqual([{ name: 'kept' }])
  database.close()
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
