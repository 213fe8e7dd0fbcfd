import { describe } from 'vitest'
import { createMemoryStore } from '../../../src/relay/store/memory/store.ts'
import { outboxContract } from '../../contract/outbox-store.ts'

describe('the outbox in memory', () => {
  outboxContract(async (options) => {
    const store = createMemoryStore(options)
    return { store, end: () => store.close() }
  })
})
