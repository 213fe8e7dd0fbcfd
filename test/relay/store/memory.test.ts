import { describe } from 'vitest'
import { outboxContract } from '../../contract/outbox-store.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'

describe('the outbox in memory', () => {
  outboxContract(async (options) => {
    const store = createMemoryStore(options)
    return { store, end: () => store.close() }
  })
})
