import { expect, it } from 'vitest'
import { readMigrations } from '../../../../src/relay/store/migrations/migration.ts'
import { loadSqlite, type SqlRow } from '../../../../src/relay/store/sqlite/driver.ts'
import { sql } from '../../../../src/relay/store/sqlite/statements.ts'

/** A walk over all rows, or over all rows of an account: with ten million of them it takes minutes. */
const walk = /^SCAN token\b|USING (?:COVERING )?INDEX token_person \(account=\?\)$/

const { DatabaseSync } = await loadSqlite()
const migrations = readMigrations(new URL('../../../../src/relay/store/sqlite/migrations/', import.meta.url))

it.each(Object.entries(sql))('%s finds its rows without walking over those that are settled', (_, text) => {
  const database = new DatabaseSync(':memory:')
  for (const migration of migrations) database.exec(migration.sql)
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all() as SqlRow[]
  expect(steps.map(({ detail }) => String(detail)).filter((detail) => walk.test(detail))).toEqual([])
  database.close()
})
