import { expect, test } from 'vitest'
import { createManners } from '../../../src/relay/import/manners.ts'
import { createMemoryStore } from '../../../src/relay/outbox/memory.ts'

test('it is looked who else is there at the first pause, and every two seconds from then on', async () => {
  const store = createMemoryStore()
  let looks = 0
  let now = 0
  const watched = {
    holders: () => {
      looks++
      return store.holders()
    },
  }
  const pause = createManners(
    watched,
    () => undefined,
    () => now,
  )
  for (now = 0; now <= 4000; now += 500) await pause()
  expect(looks).toBe(3)
})

test('the store is left to others while they are there, and not to this very process', async () => {
  const store = createMemoryStore()
  await store.join('me', '{}')
  const turns = async (): Promise<number> => {
    const pause = createManners(store, () => 'me')
    await pause()
    let count = 0
    const paused = pause().then(() => true)
    while (!(await Promise.race([paused, new Promise((resolve) => setImmediate(resolve, false))]))) count++
    return count
  }
  const alone = await turns()
  await store.join('a relay', '{}')
  expect(await turns()).toBeGreaterThan(alone)
})
