import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sql } from '../../../src/relay/store/postgres/statements.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { account, newEntry as entry } from '../../support/new-entry.ts'
import { untilSessionsWait, useDatabase } from '../../support/postgres.ts'

describe('a PostgreSQL whose administrator changed the defaults of transactions', () => {
  const database = useDatabase()
  let url: string
  let client: pg.Client
  let name: string
  beforeEach(async () => {
    url = await database.empty()
    client = new pg.Client(url)
    await client.connect()
    name = new URL(url).pathname.slice(1)
  })
  afterEach(async () => {
    await client.query(`ALTER DATABASE ${name} RESET ALL`)
    await client.end()
  })

  it('keeps one row for a profile with default_transaction_isolation = repeatable read', async () => {
    await client.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`)
    const store = await openPostgresStore(url)
    await store.put([entry('other')])
    await store.find(account, 'other')
    // A transaction of that isolation would take its snapshot before it waits for its turn, and not see the row.
    await client.query('BEGIN')
    await client.query(sql.takeRowTurn)
    await store.put([entry('a')])
    const found = store.find(account, 'a')
    const observer = new pg.Client(url)
    await observer.connect()
    await untilSessionsWait(observer)
    await observer.end()
    await client.query(`INSERT INTO pushferry.settled
        (account, object_id, type, state, priority, keyed, attempts, received_at, settled_at, fingerprint)
      SELECT id, 'a', 'fcm', 3, 0, false, 1, 1, 1, '\\x00' FROM pushferry.account WHERE name = '${account}'`)
    await client.query('COMMIT')
    expect(await found).toMatchObject({ state: 'queued' })
    expect((await store.counts(account)).events).toMatchObject({ queued: 1, replaced: 1 })
    const { rows } = await client.query(`SELECT object_id FROM pushferry.queue WHERE object_id = 'a'
      UNION ALL SELECT object_id FROM pushferry.settled WHERE object_id = 'a'`)
    expect(rows).toEqual([{ object_id: 'a' }])
    await store.close()
  })
  it('takes records, uploads and erases with default_transaction_read_only = on', async () => {
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    const store = await openPostgresStore(url)
    await store.probe()
    expect(await store.put([entry('a'), entry('b')])).toEqual([{ result: 'queued' }, { result: 'queued' }])
    expect(await store.put([entry('a', 'newer', { sender: 'key' })])).toEqual([{ result: 'replaced' }])
    await store.join('holder-1', '{}')
    expect(await store.lease({ account, holder: 'holder-1', max: 9, flushMs: 0 })).toHaveProperty('entries.length', 2)
    expect(await store.erase(account, 'a')).toBe(true)
    await store.close()
  })
  it('makes the probe wait where records wait to be stored', async () => {
    const store = await openPostgresStore(url)
    await store.probe()
    await client.query('BEGIN; LOCK TABLE pushferry.inbox')
    const put = store.put([entry('a')])
    const observer = new pg.Client(url)
    await observer.connect()
    await untilSessionsWait(observer)
    await observer.end()
    const order: string[] = []
    const probe = store.probe().then(() => order.push('probe'))
    void put.then(() => order.push('put'))
    await store.secret('another way')
    expect(order).toEqual([])
    await client.query('COMMIT')
    await Promise.all([put, probe])
    await store.close()
  })
})
