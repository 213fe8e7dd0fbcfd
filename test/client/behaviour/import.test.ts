import { afterEach, expect, it } from 'vitest'

const browserOnly = [
  'window',
  'self',
  'document',
  'navigator',
  'location',
  'localStorage',
  'indexedDB',
  'Notification',
  'clevertap',
  'caches',
]
const before = browserOnly.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)

afterEach(() => {
  for (const [name, descriptor] of before) {
    Reflect.deleteProperty(globalThis, name)
    if (descriptor) Object.defineProperty(globalThis, name, descriptor)
  }
})

it('touches nothing of a browser when it is imported', async () => {
  const touched: string[] = []
  for (const name of browserOnly)
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => {
        touched.push(name)
        return undefined
      },
    })
  await import('../../../src/client/index.ts')
  expect(touched).toEqual([])
})

it('makes a client on a server, where push is unsupported', async () => {
  const { createPush } = await import('../../../src/client/index.ts')
  const push = createPush({ relay: 'https://push.example.com' })
  const unsupported = { state: 'unsupported', reason: 'unsupported' }
  expect(push.getSnapshot()).toEqual(unsupported)
  expect(await push.status()).toEqual(unsupported)
  expect(await push.sync()).toEqual(unsupported)
  await expect(push.register()).rejects.toMatchObject({ code: 'unsupported' })
})
