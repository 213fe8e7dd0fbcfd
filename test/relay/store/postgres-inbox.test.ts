import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { accountNumber } from '../../../src/relay/store/postgres/accounts.ts'
import { sql } from '../../../src/relay/store/postgres/statements.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { eventually } from '../../support/eventually.ts'
import { account, newEntry as entry } from '../../support/new-entry.ts'
import { untilSessionsWait, useDatabase } from '../../support/postgres.ts'

/** Two relays on one database, and a client that gets in their way. */
describe('the inbox in PostgreSQL', () => {
  const database = useDatabase()
  let url: string
  let client: pg.Client
  let observer: pg.Client
  let one: Store
  let two: Store
  beforeEach(async () => {
    url = await database.empty()
    one = await openPostgresStore(url, { maxQueued: 100_000 })
    two = await openPostgresStore(url)
    client = new pg.Client(url)
    observer = new pg.Client(url)
    await Promise.all([client.connect(), observer.connect()])
    await one.put([entry('known')])
    await one.find(account, 'known')
  })
  afterEach(async () => {
    await client.end()
    await Promise.all([one.close(), two.close(), observer.end()])
  })

  /** From here to `COMMIT` no relay applies anything. */
  const holdAppliers = async (): Promise<void> => {
    await client.query('BEGIN')
    await client.query(sql.takeRowTurn)
  }
  const pending = async (): Promise<number> =>
    (await observer.query('SELECT coalesce(sum(n), 0)::int AS n FROM pushferry.inbox')).rows[0].n
  const tokenOf = async (objectId: string): Promise<string | undefined> =>
    (await observer.query('SELECT token FROM pushferry.queue WHERE object_id = $1', [objectId])).rows[0]?.token
  /** Appends a record as another relay does, as if it were so many. */
  const append = (
    objectId: string,
    token: string,
    { n = 1, receivedAt = Date.now(), by = client } = {},
  ): Promise<unknown> =>
    by.query(sql.append, [
      [accountNumber(account)],
      [receivedAt],
      [n],
      [JSON.stringify([[objectId, 'fcm', token, 0, []]])],
    ])

  it('acknowledges while nothing can be applied, and applies it behind', async () => {
    await holdAppliers()
    expect(await one.put([entry('a'), entry('b')])).toEqual([{ result: 'queued' }, { result: 'queued' }])
    expect(await pending()).toBe(2)
    expect(await tokenOf('a')).toBeUndefined()
    await client.query('COMMIT')
    await eventually(async () => expect(await pending()).toBe(0))
    expect(await tokenOf('a')).toBe('token-of-a')
  })
  it('fails the probe for as long as what it has acknowledged cannot be applied', async () => {
    await client.query("ALTER TABLE pushferry.queue ADD CHECK (object_id <> 'a')")
    await one.put([entry('a')])
    await expect(one.find(account, 'a')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(one.probe()).rejects.toMatchObject({ code: 'unavailable' })
    await client.query('ALTER TABLE pushferry.queue DROP CONSTRAINT queue_object_id_check')
    expect(await one.find(account, 'a')).toMatchObject({ state: 'queued' })
    await one.probe()
  })
  it('shows what is pending to a look-up, a lease and the counts of another relay', async () => {
    await two.join('holder-2', '{}')
    await holdAppliers()
    await one.put([entry('a')])
    const seen = Promise.all([
      two.find(account, 'a'),
      two.counts(account),
      two.lease({ account, holder: 'holder-2', max: 9, flushMs: 0 }),
    ])
    await untilSessionsWait(observer)
    await client.query('COMMIT')
    const [found, counts, leased] = await seen
    expect(found).toMatchObject({ objectId: 'a' })
    expect(counts.events.queued).toBe(2)
    expect(leased).toMatchObject({ entries: [{ objectId: 'known' }, { objectId: 'a' }] })
  })
  it('decides upon a browser, an import and a withdrawal with what is pending at another relay', async () => {
    await holdAppliers()
    await one.put([entry('a'), entry('b'), entry('c')])
    const results = Promise.all([
      two.put([entry('a', 'token-of-a', { sender: 'unproved' })]),
      two.put([entry('b', 'imported', { priority: 'import', replaceLive: false })]),
      two.withdraw(account, 'c'),
    ])
    await untilSessionsWait(observer)
    await client.query('COMMIT')
    expect(await results).toEqual([[{ result: 'unchanged' }], [{ result: 'unchanged' }], true])
    expect(await two.find(account, 'c')).toMatchObject({ state: 'withdrawn' })
  })
  it('keeps no record of a person who is erased while it is pending at another relay', async () => {
    await holdAppliers()
    await one.put([entry('a', 'secret-token')])
    const erased = two.erase(account, 'a')
    await untilSessionsWait(observer)
    await client.query('COMMIT')
    expect(await erased).toBe(true)
    expect(await one.find(account, 'a')).toBeUndefined()
    expect(await pending()).toBe(0)
  })
  it('leaves nothing of an erased person in the indexes, also where others wait for their turn', async () => {
    await one.put([entry('person-to-erase')])
    await one.find(account, 'person-to-erase')
    await two.join('holder-2', '{}')
    await holdAppliers()
    const waits = async (count: number): Promise<void> =>
      eventually(async () => expect(await untilSessionsWait(observer)).toHaveLength(count))
    const erased = one.erase(account, 'person-to-erase')
    await waits(1)
    const leased = two.lease({ account, holder: 'holder-2', max: 9, flushMs: 0 })
    await waits(2)
    const slots = two.takeSlots({ account, holder: 'holder-2', want: 1, limit: 3 })
    await waits(3)
    await client.query('COMMIT')
    expect(await erased).toBe(true)
    await observer.query('CHECKPOINT')
    const { rows } = await observer.query(`SELECT current_setting('data_directory') || '/' ||
      pg_relation_filepath('pushferry.queue_pkey') AS path`)
    expect(readFileSync(rows[0].path).includes('person-to-erase')).toBe(false)
    await Promise.all([leased, slots])
  })
  it('makes an account that another relay has made at the same moment', async () => {
    // Raises what the index of the accounts' ids raises then; a sequence keeps its number after the rollback.
    await client.query(`CREATE SEQUENCE made;
      CREATE FUNCTION quicker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('made') = 1 THEN RAISE unique_violation; END IF; RETURN NEW;
      END $$;
      CREATE TRIGGER quicker BEFORE INSERT ON pushferry.account FOR EACH ROW EXECUTE FUNCTION quicker()`)
    expect(await one.put([entry('a', 't', { account: 'NEW' })])).toEqual([{ result: 'queued' }])
    await client.query("SELECT setval('made', 1, false)")
    await two.join('holder-2', '{}')
    expect(await two.takeSlots({ account: 'NEWER', holder: 'holder-2', want: 1, limit: 3 })).toBe(1)
  })
  it('applies records in the order in which they were accepted, also where the first one commits last', async () => {
    await client.query('BEGIN')
    await client.query(sql.takeAppendTurn)
    await append('a', 'first')
    const second = one.put([entry('a', 'second')])
    await untilSessionsWait(observer)
    expect(await two.find(account, 'a')).toBeUndefined()
    await client.query('COMMIT')
    await second
    expect(await two.find(account, 'a')).toMatchObject({ state: 'queued' })
    expect(await tokenOf('a')).toBe('second')
    expect((await one.counts(account)).events).toMatchObject({ queued: 2, replaced: 1 })
  })
  it('applies everything once when an applier is killed before its commit', async () => {
    await client.query('BEGIN; LOCK TABLE pushferry.tally IN SHARE ROW EXCLUSIVE MODE')
    await one.put([entry('a'), entry('known', 'newer')])
    const found = Promise.allSettled([one.find(account, 'a')])
    const killed = await untilSessionsWait(observer)
    await observer.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [killed])
    await client.query('COMMIT')
    await found
    expect(await two.find(account, 'a')).toMatchObject({ state: 'queued' })
    expect(await tokenOf('known')).toBe('newer')
    expect(await two.counts(account)).toMatchObject({ queued: { live: 2 }, events: { queued: 2, replaced: 1 } })
  })
  it('applies more than one transaction takes, each record with the time of its acceptance', async () => {
    const start = Date.now() - (Date.now() % 60_000) - 600_000
    for (const at of [0, 1, 2, 3])
      await append(`o${at}`, 't', { n: 3_000, receivedAt: start + (at < 2 ? 59_999 : 60_000) })
    expect(await two.find(account, 'o3')).toMatchObject({ receivedAt: start + 60_000 })
    expect(await pending()).toBe(0)
  })
  it('applies before it appends, once more than twenty thousand records are pending', async () => {
    await holdAppliers()
    await append('o', 't', { n: 20_001, by: observer })
    const put = two.put([entry('a')])
    await untilSessionsWait(observer)
    expect(await pending()).toBe(20_001)
    await client.query('COMMIT')
    await put
    expect(await tokenOf('o')).toBe('t')
  })
  it('counts what is pending at all relays against the queue limit', async () => {
    const small = await openPostgresStore(url, { maxQueued: 4 })
    await holdAppliers()
    await two.put([entry('a'), entry('b')])
    await expect(small.put([entry('c'), entry('d')])).rejects.toMatchObject({ code: 'full' })
    expect(await small.put([entry('c')])).toEqual([{ result: 'queued' }])
    await expect(small.put([entry('d')])).rejects.toMatchObject({ code: 'full' })
    await client.query('COMMIT')
    expect((await small.counts(account)).queued.live).toBe(4)
    await small.close()
  })
  it('refuses at once what it could not apply', async () => {
    for (const objectId of ['\ud800', 'a\0', 'ü'.repeat(2_000)])
      await expect(one.put([entry(objectId), entry('b')])).rejects.toMatchObject({ code: 'unavailable' })
    expect(await one.find(account, 'b')).toBeUndefined()
    expect(await one.put([entry('b', 'odd \0 \ud800')])).toEqual([{ result: 'queued' }])
    expect(await one.find(account, 'b')).toMatchObject({ state: 'queued' })
  })
})
