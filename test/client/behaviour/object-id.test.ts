import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrowserWorld, openBrowserWorld, relayUrl } from '../../fakes/browser-world.ts'
import { createPush, outcomeOf, visit } from './visit.ts'

const id = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
  world.permission = 'granted'
})
afterEach(() => world.leave())

const sent = () => world.relay.of('POST').map(({ body }) => (body as { objectId: string }).objectId)
const register = () => outcomeOf(world, createPush({ relay: relayUrl }).register())

describe('the objectId', () => {
  it('comes from the live CleverTap SDK', async () => {
    world.set('clevertap', { getCleverTapID: () => id })
    await register()
    expect(sent()).toEqual([id])
  })

  it.each([
    [
      'as the SDK writes it',
      () => {
        world.localStorage.WZRK_G = encodeURIComponent(JSON.stringify(id))
      },
    ],
    [
      'in the old bare form',
      () => {
        world.localStorage.WZRK_G = id
      },
    ],
    [
      'in the cookie',
      () => {
        world.cookie = `theme=dark; WZRK_G=${id}; other=1`
      },
    ],
    [
      'in an encoded cookie',
      () => {
        world.cookie = `WZRK_G=${encodeURIComponent('_w_a@b:c')}`
      },
    ],
  ])("comes from the SDK's storage, %s", async (name, put) => {
    put()
    await register()
    expect(sent()).toEqual([name === 'in an encoded cookie' ? '_w_a@b:c' : id])
  })

  it('comes from storage while only the stub of the SDK is there', async () => {
    world.set('clevertap', { event: [], profile: [], account: [], onUserLogin: [], notifications: [] })
    world.localStorage.WZRK_G = encodeURIComponent(JSON.stringify(id))
    await register()
    expect(sent()).toEqual([id])
  })

  it('comes from storage while the live SDK has none yet', async () => {
    world.set('clevertap', { getCleverTapID: () => null })
    world.localStorage.WZRK_G = encodeURIComponent(JSON.stringify(id))
    await register()
    expect(sent()).toEqual([id])
  })

  it.each(['%22abc%22', "'abc'", '"abc"'])('is never the cookie %s', async (value) => {
    world.cookie = `WZRK_G=${value}`
    expect(await register()).toMatchObject({ error: { code: 'no-object-id' } })
  })

  it.each(['blocked', 'missing', 'damaged'])('comes from the cookie where localStorage is %s', async (how) => {
    world.cookie = `WZRK_G=${id}`
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get: () => {
        if (how === 'blocked') throw new DOMException('Access is denied.', 'SecurityError')
        return how === 'missing' ? null : { WZRK_G: '%', getItem: () => '%' }
      },
    })
    await register()
    expect(sent()).toEqual([id])
  })

  it('is waited for', async () => {
    setTimeout(() => world.set('clevertap', { getCleverTapID: () => id }), 8000)
    expect((await register()).state).toBe('registered')
    expect(sent()).toEqual([id])
  })

  it('that never comes is no-object-id, after about ten seconds', async () => {
    const begun = Date.now()
    expect(await register()).toMatchObject({ error: { name: 'PushError', code: 'no-object-id' } })
    expect(Date.now() - begun).toBeGreaterThanOrEqual(9000)
    expect(Date.now() - begun).toBeLessThan(16_000)
    expect(sent()).toEqual([])
  })

  it('that never comes is no-object-id as early in a hidden page, whose timers the browser runs once a second', async () => {
    const { setTimeout } = globalThis
    world.set('setTimeout', (run: () => void, ms = 0) => setTimeout(run, Math.max(ms, 1000)))
    const begun = Date.now()
    expect(await register()).toMatchObject({ error: { code: 'no-object-id' } })
    expect(Date.now() - begun).toBeLessThan(16_000)
  })

  it.each([
    ['a text', 'mine'],
    ['a function', () => 'mine'],
    ['an asynchronous function', async () => 'mine'],
  ])('is what the site gives: %s', async (_, objectId) => {
    world.set('clevertap', { getCleverTapID: () => id })
    await outcomeOf(world, visit({ objectId }).register())
    expect(sent()).toEqual(['mine'])
  })

  it.each([
    ['does not know yet', () => undefined],
    ['fails', () => Promise.reject(new Error('no session'))],
    [
      'throws',
      (): string => {
        throw new Error('no session')
      },
    ],
    ['never answers', () => new Promise<string>(() => {})],
  ])('is no-object-id when the function of the site %s', async (_, objectId) => {
    expect(await outcomeOf(world, visit({ objectId }).register())).toMatchObject({ error: { code: 'no-object-id' } })
  })
})
