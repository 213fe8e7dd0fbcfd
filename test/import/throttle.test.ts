import { expect, test } from 'vitest'
import { createThrottle } from '../../src/import/throttle.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'

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
  const { pause } = createThrottle(
    watched,
    () => undefined,
    () => now,
  )
  for (now = 0; now <= 4000; now += 500) await pause(2000, 10)
  expect(looks).toBe(3)
})

test('the store is left to others while they are there, and not to this very process', async () => {
  const store = createMemoryStore()
  await store.join('me', '{}')
  const turns = async (): Promise<number> => {
    const { pause } = createThrottle(store, () => 'me')
    await pause(2000, 10)
    let count = 0
    const paused = pause(2000, 10).then(() => true)
    while (!(await Promise.race([paused, new Promise((resolve) => setImmediate(resolve, false))]))) count++
    return count
  }
  const alone = await turns()
  await store.join('a relay', '{}')
  expect(await turns()).toBeGreaterThan(alone)
})

test('pieces become as small as others need it while they are there, and large again step by step', async () => {
  const store = createMemoryStore()
  const { pause, mostRows } = createThrottle(store, () => 'me')
  await pause(2000, 160)
  expect(mostRows()).toBe(2000) // Nobody is there.
  await store.join('a relay', '{}')
  const throttle = createThrottle(store, () => 'me')
  expect(throttle.mostRows()).toBe(2000)
  await throttle.pause(2000, 160)
  expect(throttle.mostRows()).toBe(500)
  await throttle.pause(500, 400)
  expect(throttle.mostRows()).toBe(100)
  await throttle.pause(100, 0)
  expect(throttle.mostRows()).toBe(200)
  for (let piece = 0; piece < 10; piece++) await throttle.pause(throttle.mostRows(), 1)
  expect(throttle.mostRows()).toBe(2000)
})
