import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgresStore } from '../../../src/relay/outbox/postgres.ts'
import { outboxContract } from '../../contract/outbox-store.ts'
import { type PostgresDatabases, postgresDatabases } from '../../support/postgres.ts'

describe('the outbox in PostgreSQL', () => {
  let databases: PostgresDatabases
  beforeAll(async () => {
    databases = await postgresDatabases()
  })
  afterAll(() => databases.end())

  outboxContract(async (options) => {
    const store = await openPostgresStore(await databases.create(), options)
    return { store, end: () => store.close() }
  })
})
