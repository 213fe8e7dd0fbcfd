import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgresStore } from '../../../src/relay/outbox/postgres.ts'
import { outboxContract } from '../../contract/outbox-store.ts'
import { type PostgresDatabase, postgresDatabase, serverTimeMs } from '../../support/postgres.ts'

describe('the outbox in PostgreSQL', () => {
  let database: PostgresDatabase
  beforeAll(async () => {
    database = await postgresDatabase()
  }, serverTimeMs)
  afterAll(() => database.end(), serverTimeMs)

  outboxContract(async (options) => {
    const store = await openPostgresStore(await database.empty(), options)
    return { store, end: () => store.close() }
  })
})
