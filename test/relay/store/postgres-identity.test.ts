import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { accountNumber } from '../../../src/relay/store/postgres/accounts.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { newEntry as entry } from '../../support/new-entry.ts'
import { useDatabase } from '../../support/postgres.ts'

const ours = { account: 'TENANT-ONE' }
const theirs = { account: 'TENANT-TWO' }

describe('a PostgreSQL database that is exchanged under a running relay', () => {
  const database = useDatabase()
  let client: pg.Client
  let url: string
  let store: Store
  /** Puts a database in the place of the one that the store has open, made by another relay for other accounts first. */
  const exchange = async (): Promise<void> => {
    await client.query('DROP SCHEMA pushferry CASCADE')
    const maker = await openPostgresStore(url)
    await maker.put([entry('known', 'token-of-two', theirs)])
    await maker.put([entry('known', 'token-of-one', ours)])
    await maker.close()
  }
  beforeEach(async () => {
    url = await database.empty()
    client = new pg.Client(url)
    await client.connect()
    store = await openPostgresStore(url)
    await store.put([entry('a', 'a', ours)])
    await store.put([entry('b', 'b', theirs)])
    await store.join('holder-1', '{}')
  })
  afterEach(async () => {
    await store.close()
    await client.end()
  })

  it('numbers an account by its name alone, and so alike in every process and database', () => {
    // The first 48 bits of: printf TENANT-ONE | sha256sum
    const digits = createHash('sha256').update(ours.account).digest('hex').slice(0, 12)
    expect(accountNumber(ours.account)).toBe(Number.parseInt(digits, 16))
  })
  it('never gives the token of one account to another', async () => {
    await exchange()
    expect(await store.put([entry('new', 'new-of-one', ours)])).toEqual([{ result: 'queued' }])
    expect(await store.find(theirs.account, 'new')).toBeUndefined()
    expect(await store.find(ours.account, 'new')).toMatchObject({ state: 'queued' })
    await store.join('holder-1', '{}')
    const leased = await store.lease({ account: theirs.account, holder: 'holder-1', max: 9, flushMs: 0 })
    expect(leased).toMatchObject({ entries: [{ token: { id: 'token-of-two' } }] })
  })
  it('takes records of an account that the other database does not know', async () => {
    await client.query('DROP SCHEMA pushferry CASCADE')
    await (await openPostgresStore(url)).close()
    expect(await store.put([entry('new', 'new', ours)])).toEqual([{ result: 'queued' }])
    expect((await client.query('SELECT name FROM pushferry.account')).rows).toEqual([{ name: ours.account }])
    expect((await store.counts(ours.account)).queued.live).toBe(1)
  })
  it.each(['queue', 'settled'])('refuses a row in %s whose account is not known', async (table) => {
    await store.withdraw(ours.account, 'a')
    const { rows } = await client.query(
      `SELECT (jsonb_populate_record(r, '{"account": 12345}')).* FROM pushferry.${table} r`,
    )
    expect(rows).toHaveLength(1)
    await expect(
      client.query(`INSERT INTO pushferry.${table}
        SELECT (jsonb_populate_record(r, '{"account": 12345}')).* FROM pushferry.${table} r`),
    ).rejects.toMatchObject({ code: '23503' })
  })
})
