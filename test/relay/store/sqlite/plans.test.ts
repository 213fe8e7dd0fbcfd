import { describe, expect, it } from 'vitest'
import { readMigrations } from '../../../../src/relay/store/migrations/migration.ts'
import { loadSqlite, type SqlDatabase } from '../../../../src/relay/store/sqlite/driver.ts'
import { sql } from '../../../../src/relay/store/sqlite/statements.ts'
import { walksOf } from './query-plan.ts'

/** Tables with a row for each profile: with ten million of them a walk takes minutes. */
const growing = ['token']

const { DatabaseSync } = await loadSqlite()
const migrations = readMigrations(new URL('../../../../src/relay/store/sqlite/migrations/', import.meta.url))

const withSchema = <T>(use: (database: SqlDatabase) => T): T => {
  const database = new DatabaseSync(':memory:')
  for (const migration of migrations) database.exec(migration.sql)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

describe('the plan of a statement of the SQLite store', () => {
  it.each(Object.entries(sql))('visits no completed rows that it does not need: %s', (_, statement) => {
    expect(withSchema((database) => walksOf(database, statement, growing))).toEqual([])
  })
})

describe('the check of plans', () => {
  const small = `
    CREATE TABLE token (id INTEGER PRIMARY KEY, account INTEGER, object_id TEXT, state INTEGER, seq INTEGER);
    CREATE UNIQUE INDEX by_profile ON token (account, object_id);
    CREATE INDEX due ON token (account, seq) WHERE state = 0;
    CREATE TABLE holder (n INTEGER PRIMARY KEY);`
  const walks = (statement: string): string[] => {
    const database = new DatabaseSync(':memory:')
    database.exec(small)
    const found = walksOf(database, statement, ['token'])
    database.close()
    return found
  }

  it.each([
    ['a walk over all rows', 'SELECT count(*) FROM token WHERE seq > 1'],
    ['a walk over a table with an alias', 'SELECT t.seq FROM token t WHERE t.seq > 1'],
    ['a walk over a table with an alias after AS', 'SELECT t.seq FROM holder, token AS t WHERE t.seq = holder.n'],
    ['a walk over the rows of an account', 'SELECT * FROM token AS one WHERE one.account = 1 AND one.seq > 1'],
    ['a walk in a change', 'UPDATE token SET state = 1 WHERE seq > 1'],
  ])('reports a step of a plan that is %s', (_, statement) => {
    expect(walks(statement)).toHaveLength(1)
  })

  it.each([
    ['the look-up of one profile', 'SELECT seq FROM token t WHERE t.account = 1 AND t.object_id = ?'],
    [
      'a walk over queued rows by a partial index',
      'SELECT seq FROM token t WHERE account = 1 AND state = 0 ORDER BY seq',
    ],
    ['a walk over a table that stays small', 'SELECT * FROM holder'],
  ])('allows a step of a plan that is %s', (_, statement) => {
    expect(walks(statement)).toEqual([])
  })
})
