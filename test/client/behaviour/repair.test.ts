import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVapidPublicKey } from '../../fakes/browser-push.ts'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { outcomeOf, registered, returnTo, stateOf, tokenIdOf, visit } from './visit.ts'

const day = 86_400_000
let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

const withdrawals = () => world.relay.of('DELETE').map(({ path, headers }) => [path, headers.get('X-Pushferry-Key')])
const asks = () => world.log.filter((what) => what === 'ask').length

describe('sync()', () => {
  it('never prompts and sends nothing before the user was asked', async () => {
    expect((await outcomeOf(world, visit().sync())).state).toBe('prompt')
    expect(world.log.filter((what) => what === 'ask' || what === 'POST')).toEqual([])
  })

  it('subscribes again without a prompt when the subscription is gone', async () => {
    await registered(world)
    const old = world.push().live?.endpoint
    world.push().live = undefined
    const before = asks()
    const push = await returnTo(world)
    expect(asks()).toBe(before)
    expect(await stateOf(world, push)).toBe('registered')
    expect(world.relay.of('POST')).toHaveLength(2)
    expect(world.relay.of('POST')[1]?.body).toMatchObject({
      endpoint: world.push().live?.endpoint,
      replaces: tokenIdOf(old),
    })
  })

  it('sends a subscription that the browser has changed by itself', async () => {
    await registered(world)
    const old = world.push().live?.endpoint
    world.push().hold(world.relay.vapidPublicKey)
    world.closeTabs()
    expect(await stateOf(world, visit())).toBe('subscribed')
    expect(await stateOf(world, await returnTo(world))).toBe('registered')
    expect(world.relay.of('POST')[1]?.body).toMatchObject({
      endpoint: world.push().live?.endpoint,
      replaces: tokenIdOf(old),
    })
  })

  it('replaces a subscription of an old VAPID key', async () => {
    await registered(world, { vapidPublicKey: createVapidPublicKey() })
    const old = world.push().live?.endpoint
    const push = await returnTo(world, { vapidPublicKey: createVapidPublicKey() })
    expect(world.push().unsubscribed).toEqual([old])
    expect(world.relay.of('POST')).toHaveLength(2)
    expect(world.relay.of('POST')[1]?.body).toMatchObject({
      endpoint: world.push().live?.endpoint,
      replaces: tokenIdOf(old),
    })
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('follows the objectId and withdraws the old one', async () => {
    await registered(world)
    const push = await returnTo(world, { objectId: 'ct-2' })
    expect(world.relay.of('POST')).toHaveLength(2)
    expect(world.relay.of('POST')[1]?.body).toMatchObject({ objectId: 'ct-2', endpoint: world.push().live?.endpoint })
    expect(withdrawals()).toEqual([['/v1/subscriptions/ct-1', 'key-of-ct-1']])
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('follows an objectId that changes while the page is open', async () => {
    let objectId = 'ct-1'
    const push = await registered(world, { objectId: () => objectId })
    objectId = 'ct-2'
    await world.settled(push.sync())
    expect(world.relay.of('POST')[1]?.body).toMatchObject({ objectId: 'ct-2' })
    expect(withdrawals()).toEqual([['/v1/subscriptions/ct-1', 'key-of-ct-1']])
  })

  it('shows the first user its key again when that user comes back', async () => {
    await registered(world)
    await returnTo(world, { objectId: 'ct-2' })
    const push = await returnTo(world)
    const last = world.relay.of('POST').at(-1)
    expect(last?.body).toMatchObject({ objectId: 'ct-1' })
    expect(last?.headers.get('X-Pushferry-Key')).toBe('key-of-ct-1')
    expect(withdrawals().map(([path]) => path)).toEqual(['/v1/subscriptions/ct-1', '/v1/subscriptions/ct-2'])
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('keeps a withdrawal of the old objectId that cannot be delivered', async () => {
    await registered(world)
    world.relay.next.DELETE.push('offline')
    await returnTo(world, { objectId: 'ct-2' })
    world.closeTabs()
    await world.pass(60_000)
    const push = await returnTo(world, { objectId: 'ct-2' })
    await world.pass(60_000)
    expect(withdrawals()).toEqual([
      ['/v1/subscriptions/ct-1', 'key-of-ct-1'],
      ['/v1/subscriptions/ct-1', 'key-of-ct-1'],
    ])
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('encodes an objectId in a path', async () => {
    await registered(world, { objectId: 'a/b?c#d' })
    await returnTo(world, { objectId: 'ct-2' })
    expect(world.relay.of('DELETE')[0]?.path).toBe('/v1/subscriptions/a%2Fb%3Fc%23d')
  })

  it.each([
    ['the browser drops the subscription', true],
    ['the browser keeps the subscription', false],
  ])('tells the relay once that the user has blocked notifications, when %s', async (_, drops) => {
    await registered(world)
    world.permission = 'denied'
    if (drops) world.push().live = undefined
    const push = await returnTo(world)
    expect(withdrawals()).toEqual([['/v1/subscriptions/ct-1', 'key-of-ct-1']])
    expect(await stateOf(world, push)).toBe('denied')
    await world.settled(push.sync())
    await returnTo(world)
    await world.pass(8 * day)
    await returnTo(world)
    expect(withdrawals()).toHaveLength(1)
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('tells it later when the relay cannot be reached', async () => {
    await registered(world)
    world.permission = 'denied'
    world.relay.always = 'offline'
    await returnTo(world)
    world.relay.always = undefined
    world.closeTabs()
    await world.pass(60_000)
    await returnTo(world)
    await world.pass(60_000)
    expect(withdrawals()).toHaveLength(2)
  })

  it('registers again when the user has allowed notifications again', async () => {
    await registered(world)
    world.permission = 'denied'
    world.push().live = undefined
    await returnTo(world)
    world.permission = 'granted'
    const push = await returnTo(world)
    expect(await stateOf(world, push)).toBe('registered')
    expect(world.relay.of('POST')).toHaveLength(2)
  })
})

describe('unregister()', () => {
  it('withdraws here and at the relay', async () => {
    const push = await registered(world)
    expect((await world.settled(push.unregister())).state).toBe('granted')
    expect(world.push().live).toBeUndefined()
    expect(withdrawals()).toEqual([['/v1/subscriptions/ct-1', 'key-of-ct-1']])
  })

  it('is not undone by a repair, only by register()', async () => {
    const push = await registered(world)
    await world.settled(push.unregister())
    expect(await stateOf(world, await returnTo(world))).toBe('granted')
    expect(world.relay.of('POST')).toHaveLength(1)
    expect((await world.settled(visit().register())).state).toBe('registered')
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it('withdraws here when offline, and at the relay when online', async () => {
    const push = await registered(world)
    world.relay.always = 'offline'
    await outcomeOf(world, push.unregister())
    expect(world.push().live).toBeUndefined()
    const tried = withdrawals().length
    world.relay.always = undefined
    world.goOnline()
    await world.pass(60_000)
    expect(withdrawals()).toHaveLength(tried + 1)
    await world.pass(day)
    await returnTo(world)
    expect(withdrawals()).toHaveLength(tried + 1)
  })

  it('is kept when the tab dies during the request', async () => {
    const push = await registered(world)
    world.relay.next.DELETE.push('never')
    push.unregister().catch(() => {})
    await world.pass(1000)
    expect(withdrawals()).toHaveLength(1)
    world.closeTabs()
    await world.pass(60_000)
    await returnTo(world)
    await world.pass(60_000)
    expect(withdrawals()).toHaveLength(2)
    expect(world.push().live).toBeUndefined()
  })

  it('does nothing to one who never registered', async () => {
    expect((await world.settled(visit().unregister())).state).toBe('prompt')
    expect(world.log.filter((what) => what !== 'write')).toEqual([])
  })
})
