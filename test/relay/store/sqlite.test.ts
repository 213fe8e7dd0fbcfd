import { describe } from 'vitest'
import { openSqliteStore } from '../../../src/relay/store/sqlite/store.ts'
import { outboxContract } from '../../contract/outbox-store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe.each([
  ['as it comes', {}],
  ['where every record of a backend goes through the inbox', { direct: 0 }],
])('the outbox in SQLite, %s', (_, more) => {
  outboxContract(async (options) => {
    const folder = temporaryFolder()
    const store = await openSqliteStore(folder.file('outbox.db'), { ...options, ...more })
    return {
      store,
      end: async () => {
        await store.close()
        folder.remove()
      },
    }
  })
})
