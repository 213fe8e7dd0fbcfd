import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewEntry } from '../../../src/relay/store/port.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { useDatabase } from '../../support/postgres.ts'

const entry: NewEntry = {
  account: 'ACC',
  objectId: 'a',
  token: { type: 'fcm', id: 'token' },
  priority: 'live',
  sender: 'trusted',
  replaceLive: true,
  warnings: [],
}

describe('the schema in PostgreSQL', () => {
  const database = useDatabase()
  let url: string
  let client: pg.Client
  beforeEach(async () => {
    url = await database.empty()
    client = new pg.Client(url)
    await client.connect()
  })
  afterEach(() => client.end())

  it('is made once when many relays start at the same moment', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresStore(url)))
    const { rows } = await client.query('SELECT number, name FROM pushferry.migration')
    expect(rows).toEqual([{ number: 9, name: '0009.sql' }])
    await Promise.all(stores.map((store) => store.probe()))
    await Promise.all(stores.map((store) => store.close()))
  })
  it('is left alone when it is there, with what is in it', async () => {
    const first = await openPostgresStore(url)
    await first.put([entry])
    await first.close()
    const second = await openPostgresStore(url)
    expect(await second.find('ACC', 'a')).toMatchObject({ state: 'queued' })
    await second.close()
  })
  it.each([1, 7])('is refused and left as it is where it is schema %i, which was never released', async (schema) => {
    await client.query(`CREATE SCHEMA pushferry; CREATE TABLE pushferry.migration (
      number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
      INSERT INTO pushferry.migration (number, name) VALUES (${schema}, 'unreleased')`)
    await expect(openPostgresStore(url)).rejects.toThrow(`schema ${schema}, from before the first release`)
    const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'pushferry'")
    expect(rows).toEqual([{ tablename: 'migration' }])
  })
  it('is refused when a newer release has made it', async () => {
    await (await openPostgresStore(url)).close()
    await client.query("INSERT INTO pushferry.migration (number, name) VALUES (10, 'from the future')")
    await expect(openPostgresStore(url)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'future-schema',
      message: 'the database has schema 10, but this release knows only up to 9: use a newer release',
    })
  })
  it('stands apart from other tables of the database, whatever the search path is', async () => {
    await client.query('CREATE TABLE queue (mine text); CREATE TABLE account (mine text)')
    const { rows: before } = await client.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    const store = await openPostgresStore(url)
    await store.put([entry])
    await store.close()
    const { rows: after } = await client.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    expect(after).toEqual(before)
  })
  it('keeps nothing of an erased row in its tables, and takes the row out of their pages', async () => {
    const store = await openPostgresStore(url)
    await store.put([entry])
    const vacuums = async () => {
      const { rows } = await client.query(
        "SELECT relname, vacuum_count::int AS n FROM pg_stat_user_tables WHERE relname IN ('inbox', 'queue', 'settled') ORDER BY 1",
      )
      return rows
    }
    expect(await vacuums()).toEqual([
      { relname: 'inbox', n: 0 },
      { relname: 'queue', n: 0 },
      { relname: 'settled', n: 0 },
    ])
    expect(await store.erase('ACC', 'a')).toBe(true)
    expect(await vacuums()).toEqual([
      { relname: 'inbox', n: 1 },
      { relname: 'queue', n: 1 },
      { relname: 'settled', n: 1 },
    ])
    const { rows } = await client.query(
      'SELECT 1 FROM pushferry.inbox UNION ALL SELECT 1 FROM pushferry.queue UNION ALL SELECT 1 FROM pushferry.settled',
    )
    expect(rows).toEqual([])
    // Erasing again is no error, and cleans up again.
    expect(await store.erase('ACC', 'a')).toBe(false)
    await store.close()
  })
  it('keeps no token of a row that is erased in flight, and no row once the upload is over', async () => {
    const store = await openPostgresStore(url)
    await store.put([{ ...entry, warnings: ['odd'] }])
    await store.join('holder-1', '{}')
    const leased = await store.lease({ account: 'ACC', holder: 'holder-1', max: 9, flushMs: 0 })
    await store.erase('ACC', 'a')
    const rows = async () =>
      (await client.query('SELECT object_id, state, token, fingerprint, warnings FROM pushferry.queue')).rows
    expect(await rows()).toEqual([
      { object_id: 'a', state: 6, token: null, fingerprint: Buffer.alloc(0), warnings: null },
    ])
    const { generation = 0 } = ('entries' in leased ? leased.entries[0] : undefined) ?? {}
    await store.complete('holder-1', [{ account: 'ACC', objectId: 'a', generation, outcome: { kind: 'accepted' } }])
    expect(await rows()).toEqual([])
    await store.close()
  })
  it('forgets the token of a row that is accepted or withdrawn', async () => {
    const store = await openPostgresStore(url)
    await store.put([entry, { ...entry, objectId: 'b' }])
    await store.join('holder-1', '{}')
    await store.withdraw('ACC', 'b')
    const leased = await store.lease({ account: 'ACC', holder: 'holder-1', max: 9, flushMs: 0 })
    const [one] = 'entries' in leased ? leased.entries : []
    const { generation = 0 } = one ?? {}
    await store.complete('holder-1', [{ account: 'ACC', objectId: 'a', generation, outcome: { kind: 'accepted' } }])
    const { rows } = await client.query('SELECT object_id, state, token FROM pushferry.settled ORDER BY 1')
    expect(rows).toEqual([
      { object_id: 'a', state: 3, token: null },
      { object_id: 'b', state: 5, token: null },
    ])
    expect((await client.query('SELECT 1 FROM pushferry.queue')).rows).toEqual([])
    await store.close()
  })
})
