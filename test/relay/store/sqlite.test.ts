import { describe } from 'vitest'
import { openSqliteStore } from '../../../src/relay/store/sqlite/store.ts'
import { outboxContract } from '../../contract/outbox-store.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

describe('the outbox in SQLite', () => {
  outboxContract(async (options) => {
    const folder = memoryFolder()
    const store = await openSqliteStore(folder.file('outbox.db'), options)
    return {
      store,
      end: async () => {
        await store.close()
        folder.remove()
      },
    }
  })
})
