import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accountNumber } from '../../../src/relay/store/postgres/accounts.ts'
import { createTransactions } from '../../../src/relay/store/postgres/connection.ts'
import { loadPg, settingsFor } from '../../../src/relay/store/postgres/driver.ts'
import { createRoom, type Room } from '../../../src/relay/store/postgres/room.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { account, newEntry as entry } from '../../support/new-entry.ts'
import { useDatabase } from '../../support/postgres.ts'

const limit = 1_000_000
const first = accountNumber(account)
const rows = (n: number, account = first): number[] => Array.from({ length: n }, () => account)

describe('the room for new rows in PostgreSQL', () => {
  const database = useDatabase()
  let url: string
  let pool: pg.Pool
  let now: number
  let room: Room
  beforeEach(async () => {
    url = await database.empty()
    await (await openPostgresStore(url)).close()
    pool = new pg.Pool(settingsFor(await loadPg(), url))
    now = 0
    room = createRoom(createTransactions(pool), limit, () => now)
  })
  afterEach(() => pool.end())

  const queue = (n: number, account = first, shard = 1): Promise<unknown> =>
    pool.query(
      `INSERT INTO pushferry.tally (account, name, shard, n) VALUES ($1, 'state:queued:live', $2, $3)
        ON CONFLICT (account, name, shard) DO UPDATE SET n = excluded.n`,
      [account, shard, n],
    )

  it('is ample as long as a quarter of a million more fit', async () => {
    await queue(500_000)
    await queue(249_990, first, 2)
    expect(await room.isAmple(rows(10))).toBe(true)
    expect(await room.isAmple(rows(1))).toBe(false)
  })
  it('is not ample where one of the accounts has little', async () => {
    await queue(750_000, 2)
    expect(await room.isAmple([first, 2])).toBe(false)
    expect(await room.isAmple([first])).toBe(true)
  })
  it('is looked at again after a second', async () => {
    expect(await room.isAmple(rows(1))).toBe(true)
    await queue(limit)
    now = 999
    expect(await room.isAmple(rows(1))).toBe(true)
    now = 1_000
    expect(await room.isAmple(rows(1))).toBe(false)
    await queue(0)
    now = 2_000
    expect(await room.isAmple(rows(1))).toBe(true)
  })
  it('is never ample where the limit is small', async () => {
    expect(await createRoom(createTransactions(pool), 249_999).isAmple(rows(1))).toBe(false)
    expect(await createRoom(createTransactions(pool), 250_001).isAmple(rows(1))).toBe(true)
  })
  it('is counted to the row where it is not ample', async () => {
    const store = await openPostgresStore(url, { maxQueued: limit })
    await store.put([entry('first')])
    await store.close()
    await queue(limit - 3, first, 63) // a share that no store takes
    const full = await openPostgresStore(url, { maxQueued: limit })
    expect(await full.put([entry('a'), entry('b')])).toEqual([{ result: 'queued' }, { result: 'queued' }])
    await expect(full.put([entry('c')])).rejects.toMatchObject({ code: 'full' })
    await full.close()
  })
})
