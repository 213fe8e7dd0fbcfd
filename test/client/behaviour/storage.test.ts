import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { outcomeOf, registered, returnTo, stateOf, visit } from './visit.ts'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

describe('storage is only a cache', () => {
  describe.each(['blocked', 'refused', 'never', 'stuck', 'full', 'missing', 'foreign'] as const)(
    'IndexedDB that is %s',
    (mode) => {
      beforeEach(() => {
        world.storage.mode = mode
      })

      it('lets register() come to registered', async () => {
        const push = visit()
        expect((await outcomeOf(world, push.register())).state).toBe('registered')
        expect(await stateOf(world, push)).toBe('registered')
      })

      it('lets the next visit come to registered by itself', async () => {
        await registered(world)
        expect(await stateOf(world, await returnTo(world))).toBe('registered')
        expect(world.push().unsubscribed).toEqual([])
      })

      it('lets unregister() withdraw', async () => {
        const push = await registered(world)
        await world.settled(push.unregister())
        expect(world.push().live).toBeUndefined()
        expect(world.relay.of('DELETE')).toHaveLength(1)
      })

      it('lets an open page send later what it owes', async () => {
        world.relay.next.POST.push('offline')
        const push = visit()
        await outcomeOf(world, push.register())
        await world.pass(120_000)
        expect(await stateOf(world, push)).toBe('registered')
      })
    },
  )

  it('has no database where only the status was asked for', async () => {
    const push = visit()
    push.onChange(() => {})
    expect(await stateOf(world, push)).toBe('prompt')
    expect(world.storage.names()).toEqual([])
    await outcomeOf(world, push.register())
    expect(world.storage.names()).toEqual(['pushferry'])
  })

  it.each(['ok', 'foreign'] as const)('leaves no connection open to a database that is %s', async (mode) => {
    world.storage.mode = mode
    await registered(world)
    expect(world.storage.connections).toBe(0)
  })

  it('wiped, is filled again from the live subscription', async () => {
    await registered(world)
    const endpoint = world.push().live?.endpoint
    world.storage.wipe()
    expect(await stateOf(world, await returnTo(world))).toBe('registered')
    expect(world.push().live?.endpoint).toBe(endpoint)
    expect(world.relay.of('POST')[1]?.body).toMatchObject({ endpoint })
  })

  const broken: [string, unknown][] = [
    ['a text', 'garbage'],
    ['a number', 42],
    ['null', null],
    ['the text null', 'null'],
    ['a JSON number', '42'],
    ['an array', []],
    ['an empty object', {}],
    ['somebody else’s object', { version: 9, data: { deep: [1, 2] } }],
  ]
  it.each(broken)('is fixed when it holds %s', async (_, value) => {
    await registered(world)
    world.storage.change(() => value)
    const push = await returnTo(world)
    expect(await stateOf(world, push)).toBe('registered')
    expect(world.relay.of('POST')).toHaveLength(2)
    await returnTo(world)
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it.each(['register', 'sync'] as const)(
    'is fixed by %s() when any part of it is missing or of another type',
    async (verb) => {
      await registered(world)
      const [stored] = world.storage.values()
      const whole: object = typeof stored === 'string' ? JSON.parse(stored) : Object(stored)
      const outcomes: Record<string, unknown> = {}
      for (const member of Object.keys(whole)) {
        for (const value of [undefined, null, [], {}, 7]) {
          const rest = { ...whole, [member]: value }
          world.storage.change(() => (typeof stored === 'string' ? JSON.stringify(rest) : rest))
          world.closeTabs()
          outcomes[`${member} ${JSON.stringify(value)}`] = (await outcomeOf(world, visit()[verb]())).state
        }
      }
      expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes)).toEqual(new Set(['registered']))
    },
  )
})
