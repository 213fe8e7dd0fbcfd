import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTransactions, type Transactions } from '../../../src/relay/store/postgres/connection.ts'
import { loadPg, settingsFor } from '../../../src/relay/store/postgres/driver.ts'
import { useDatabase } from '../../support/postgres.ts'

const name = 'double'

describe('a statement with a name', () => {
  const database = useDatabase()
  let pool: pg.Pool
  let transactions: Transactions
  beforeEach(async () => {
    const url = await database.empty()
    pool = new pg.Pool({ ...settingsFor(await loadPg(), url), max: 1 })
    transactions = createTransactions(pool)
  })
  afterEach(() => transactions.end())

  const double = (n: number): Promise<unknown> =>
    transactions.transact(async () => ({
      last: [{ name, text: 'SELECT $1::integer * 2 AS twice', values: [n] }],
      resultOf: ([answer]) => answer?.rows,
    }))
  const kept = async (): Promise<readonly unknown[]> => {
    const { rows } = await pool.query(
      'SELECT name, (generic_plans + custom_plans)::int AS times FROM pg_prepared_statements',
    )
    return rows
  }

  it('is kept by the server for the next time', async () => {
    for (const n of [1, 2, 3]) expect(await double(n)).toEqual([{ twice: 2 * n }])
    expect(await kept()).toEqual([{ name, times: 3 }])
  })
  it('goes without it where the next transaction has a session that does not know it', async () => {
    expect(await double(1)).toEqual([{ twice: 2 }])
    await pool.query('DEALLOCATE ALL')
    expect(await double(2)).toEqual([{ twice: 4 }])
    expect(await double(3)).toEqual([{ twice: 6 }])
    expect(await kept()).toEqual([])
  })
  it('goes without it where somebody else has given the session one of that name', async () => {
    await pool.query(`PREPARE ${name} AS SELECT 1`)
    expect(await Promise.all([double(1), double(2)])).toEqual([[{ twice: 2 }], [{ twice: 4 }]])
    expect(await kept()).toEqual([{ name, times: 0 }])
  })
})
