import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVapidPublicKey } from '../../fakes/browser-push.ts'
import { problem } from '../../fakes/browser-relay.ts'
import { type BrowserWorld, openBrowserWorld, relayUrl } from '../../fakes/browser-world.ts'
import { createPush, outcomeOf, registered, returnTo, stateOf, visit } from './visit.ts'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

const withdrawals = () => world.relay.of('DELETE').map(({ path, headers }) => [path, headers.get('X-Pushferry-Key')])
const theWithdrawal = [['/v1/subscriptions/ct-1', 'key-of-ct-1']]

describe.each(['wiped', 'blocked'] as const)(
  'a visit whose storage is %s, and whose cookie and subscription are there',
  (how) => {
    beforeEach(async () => {
      if (how === 'blocked') world.storage.mode = 'blocked'
      await registered(world)
      world.storage.wipe()
      world.closeTabs()
    })

    it('unregisters at the relay too', async () => {
      await outcomeOf(world, visit().unregister())
      expect(withdrawals()).toEqual(theWithdrawal)
      expect(world.push().live).toBeUndefined()
    })

    it('withdraws the objectId that has left', async () => {
      expect(await outcomeOf(world, visit({ objectId: 'ct-2' }).sync())).toMatchObject({ state: 'registered' })
      expect(withdrawals()).toEqual(theWithdrawal)
      expect(world.relay.of('POST').at(-1)?.body).toMatchObject({ objectId: 'ct-2' })
    })

    it('withdraws when nobody is signed in', async () => {
      expect(await outcomeOf(world, visit({ objectId: () => null }).sync())).toMatchObject({ reason: 'signed-out' })
      expect(withdrawals()).toEqual(theWithdrawal)
    })

    it('leaves a user who has unregistered alone, until register()', async () => {
      await outcomeOf(world, visit().unregister())
      world.storage.wipe()
      const push = await returnTo(world)
      expect(await stateOf(world, push)).toBe('granted')
      expect(world.push().live).toBeUndefined()
      expect(world.relay.of('POST')).toHaveLength(1)
      await outcomeOf(world, push.register())
      world.storage.wipe()
      expect(await stateOf(world, await returnTo(world))).toBe('registered')
    })
  },
)

describe('a cookie of another subdomain, where this one has no subscription', () => {
  beforeEach(async () => {
    await registered(world)
    world.storage.wipe()
    world.push().live = undefined
    world.closeTabs()
  })

  it.each(['default', 'denied'] as const)('withdraws nothing where the permission is %s', async (permission) => {
    world.permission = permission
    await returnTo(world)
    expect(withdrawals()).toEqual([])
  })

  it('withdraws nothing at unregister()', async () => {
    await outcomeOf(world, visit().unregister())
    expect(withdrawals()).toEqual([])
  })

  it('proves the objectId', async () => {
    await returnTo(world)
    expect(world.relay.of('POST').at(-1)?.headers.get('X-Pushferry-Key')).toBe('key-of-ct-1')
  })
})

describe('a client of another relay', () => {
  it('is not registered before that relay has answered', async () => {
    await registered(world)
    const push = createPush({ relay: 'https://other.example', objectId: 'ct-1' })
    expect(await stateOf(world, push)).toBe('subscribed')
    expect(await stateOf(world, createPush({ relay: relayUrl }))).toBe('registered')
  })
})

describe('withdrawals that are owed', () => {
  const owe = async () => {
    await registered(world)
    world.relay.next.DELETE.push('offline')
  }

  it('are delivered although the browser does not subscribe', async () => {
    await owe()
    world.push().fault = new DOMException('Registration failed - push service error', 'AbortError')
    await returnTo(world, { objectId: 'ct-2' })
    await world.pass(60_000)
    await returnTo(world, { objectId: 'ct-2' })
    expect(withdrawals().slice(1)).toEqual(theWithdrawal)
  })

  it('are delivered although the worker cannot start, when nobody is signed in', async () => {
    await registered(world)
    world.workers.fate = 'refused'
    expect(await outcomeOf(world, visit({ objectId: () => null }).sync())).toMatchObject({
      error: { code: 'worker-failed' },
    })
    expect(withdrawals()).toEqual(theWithdrawal)
  })

  it("are not repeated when the site's ticket function fails after them", async () => {
    await registered(world)
    const ticket = () => Promise.reject(new Error('of the site'))
    await returnTo(world, { objectId: 'ct-2', ticket })
    await returnTo(world, { objectId: 'ct-2', ticket })
    expect(withdrawals()).toEqual(theWithdrawal)
  })
})

describe('after unregister()', () => {
  it("leaves another product's subscription alone", async () => {
    const push = await registered(world)
    await outcomeOf(world, push.unregister())
    const theirs = world.push().hold(createVapidPublicKey())
    await returnTo(world)
    expect(world.push().live).toBe(theirs)
  })

  it('ends its own subscription that the browser would not give up before', async () => {
    const push = await registered(world)
    const { live } = world.push()
    await outcomeOf(world, push.unregister())
    world.push().live = live
    await returnTo(world)
    expect(world.push().live).toBeUndefined()
  })
})

describe('a permission that the browser took back', () => {
  it('is the reason also for a registration that was never acknowledged', async () => {
    world.relay.next.POST.push('offline')
    await outcomeOf(world, visit().register())
    world.permission = 'default'
    await world.pass(60_000)
    expect(await outcomeOf(world, (await returnTo(world)).status())).toMatchObject({ reason: 'permission-revoked' })
    expect(withdrawals()).toEqual([])
  })

  it('is no reason any more once it is granted again', async () => {
    await registered(world)
    world.permission = 'default'
    world.relay.next.DELETE.push(problem(429, 'too_many_requests', { 'Retry-After': '600' }))
    await returnTo(world)
    expect(await outcomeOf(world, visit().register())).toMatchObject({ state: 'subscribed', reason: undefined })
  })
})

describe('Retry-After', () => {
  it('holds for the question for the VAPID key too', async () => {
    world.relay.next.POST.push(problem(429, 'too_many_requests', { 'Retry-After': '600' }))
    await outcomeOf(world, visit().register())
    const asked = world.relay.requests.length
    const push = await returnTo(world)
    await outcomeOf(world, push.sync())
    expect(world.relay.requests).toHaveLength(asked)
  })
})

describe("a fallback's reason", () => {
  it.each(['handed-to-MyBackend', 'handed-to-my_backend', 'handed-to-own.api', 'handed-to-'] as const)(
    '%s is kept, and never becomes registered',
    async (reason) => {
      world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
      const fallback = async () => reason
      const push = visit({ fallback })
      expect(await outcomeOf(world, push.register())).toMatchObject({ state: 'subscribed', reason })
      expect(await outcomeOf(world, visit({ fallback }).status())).toMatchObject({ state: 'subscribed', reason })
    },
  )

  it.each(['registered', '', undefined, 7])('%j is none: the subscription was not handed over', async (reason) => {
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    // The cast: what a site without TypeScript may return.
    const fallback = async () => reason as 'handed-to-x'
    expect(await outcomeOf(world, visit({ fallback }).register())).toMatchObject({
      state: 'subscribed',
      reason: 'push-service-not-accepted',
    })
  })
})
