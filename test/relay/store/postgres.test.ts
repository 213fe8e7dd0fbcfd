import { describe } from 'vitest'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { outboxContract } from '../../contract/outbox-store.ts'
import { useDatabase } from '../../support/postgres.ts'

describe('the outbox in PostgreSQL', () => {
  const database = useDatabase()

  outboxContract(async (options) => {
    const store = await openPostgresStore(await database.empty(), options)
    return { store, end: () => store.close() }
  })
})
