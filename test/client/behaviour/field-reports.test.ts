import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problem } from '../../fakes/browser-relay.ts'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { outcomeOf, registered, returnTo, visit } from './visit.ts'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

describe('what broke page clients in the field', () => {
  it('B1: shows the key of the cookie when storage and registration are gone', async () => {
    await registered(world)
    world.storage.wipe()
    world.workers.registrations.splice(0)
    await returnTo(world)
    expect(world.relay.of('POST').at(-1)?.headers.get('X-Pushferry-Key')).toBe('key-of-ct-1')
  })

  it('B1: shows a key that another subdomain has brought since it was refused', async () => {
    world.relay.next.POST.push(problem(403, 'registration_key_mismatch'))
    await outcomeOf(world, visit().register())
    world.cookie = 'pushferry_key=ct-1|key-of-ct-1|'
    expect(await outcomeOf(world, visit().register())).toMatchObject({ state: 'registered' })
    expect(world.relay.of('POST').map(({ headers }) => headers.get('X-Pushferry-Key'))).toEqual([null, 'key-of-ct-1'])
  })

  it('B3: keeps its worker when pushState changes the base URL of the page', async () => {
    const push = await registered(world, { serviceWorker: 'pushferry-sw.min.js' })
    world.baseUrl = 'https://shop.example/products/42'
    expect(await outcomeOf(world, push.sync())).toMatchObject({ state: 'registered' })
    expect(world.workers.registrations.map(({ scope }) => scope)).toEqual(['https://shop.example/cart/pushferry/'])
  })

  it.each([
    ['<base> names another one', 'https://cdn.example/assets/'],
    ['the address has a password', 'https://user:password@shop.example/cart/'],
  ])('B3: takes the worker from its own origin where %s', async (_, baseUrl) => {
    world.baseUrl = baseUrl
    await registered(world)
    expect(world.workers.registered[0]?.url).toBe('https://shop.example/pushferry-sw.min.js')
  })

  it("B3: takes the worker from its parent's base URL in a frame without an address", async () => {
    world.set('location', new URL('about:srcdoc'))
    await registered(world)
    expect(world.workers.registered[0]?.url).toBe('https://shop.example/pushferry-sw.min.js')
  })

  it.each([
    ['scope', '/other/'],
    ['debug', true],
    ['ticket', () => 'x'],
    ['fetch', () => Promise.reject(new Error())],
    ['timeoutMs', 1],
    ['vapidPublicKey', 'x'],
    ['refreshAfterDays', -1],
  ])('B5: takes no option from Object.prototype.%s', async (name, value) => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
    const printed = vi.spyOn(console, 'info').mockImplementation(() => {})
    try {
      const push = await registered(world)
      expect(await outcomeOf(world, push.sync())).toMatchObject({ state: 'registered' })
      expect(world.relay.of('POST')).toHaveLength(1)
      expect(world.workers.registrations.map(({ scope }) => scope)).toEqual(['https://shop.example/pushferry/'])
      expect(printed).not.toHaveBeenCalled()
    } finally {
      Reflect.deleteProperty(Object.prototype, name)
    }
  })

  it.each(['constructor', 'toString', '__proto__'])('B5: withdraws an objectId that is called %s', async (objectId) => {
    const push = await registered(world, { objectId })
    await outcomeOf(world, push.unregister())
    const [registering, withdrawing] = world.relay.requests.filter(({ method }) => method !== 'GET')
    expect(registering?.headers.get('X-Pushferry-Key')).toBeNull()
    expect(withdrawing?.headers.get('X-Pushferry-Key')).toBe(`key-of-${objectId}`)
  })

  it('B5: has an error of its own where the intrinsics are frozen', async () => {
    const before = Object.getOwnPropertyDescriptor(Error.prototype, 'name') ?? {}
    Object.defineProperty(Error.prototype, 'name', { ...before, writable: false })
    try {
      const outcome = await outcomeOf(world, visit({ objectId: () => undefined }).register())
      expect(outcome).toMatchObject({ error: { name: 'PushError', code: 'no-object-id' } })
    } finally {
      Object.defineProperty(Error.prototype, 'name', before)
    }
  })

  it('B6: believes no stored time that lies further ahead than a day', async () => {
    await registered(world)
    world.storage.change((row) => ({ ...Object(row), retryAt: Date.now() + 30 * 86_400_000, settled: '' }))
    await returnTo(world)
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it('B10: is unsupported where a getter of the browser throws', async () => {
    Object.defineProperty(navigator, 'serviceWorker', {
      configurable: true,
      get: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    expect(await outcomeOf(world, visit().status())).toMatchObject({ state: 'unsupported' })
    expect(await outcomeOf(world, visit().sync())).toMatchObject({ state: 'unsupported' })
  })

  it.each(['rejects', 'never settles'])(
    'B10: tells the relay of unregister() where getRegistration() %s',
    async (how) => {
      const push = await registered(world)
      const getRegistration = () =>
        how === 'rejects' ? Promise.reject(new DOMException('Denied.', 'SecurityError')) : new Promise(() => {})
      Object.assign(navigator.serviceWorker, { getRegistration })
      const code = how === 'rejects' ? 'worker-failed' : 'worker-timeout'
      expect(await outcomeOf(world, push.unregister())).toMatchObject({ error: { code } })
      expect(world.relay.of('DELETE')).toHaveLength(1)
    },
  )

  it.each(['null', '[]', '{}', '7', '{"code":"unavailable"}', '<!doctype html>', '{"vapidPublicKey":7}'])(
    'B11: uses the VAPID key that it has when /v1/config answers %s',
    async (body) => {
      const push = await registered(world)
      await world.pass(8 * 86_400_000)
      world.relay.next.GET.push(() => new Response(body, { status: 503 }))
      expect(await outcomeOf(world, push.sync())).toMatchObject({ state: 'registered', reason: undefined })
      expect(world.relay.of('POST')).toHaveLength(2)
    },
  )

  it('B11: takes a code that is no string for none', async () => {
    world.relay.next.POST.push(() => new Response('{"code":503}', { status: 503 }))
    const push = visit()
    expect(await outcomeOf(world, push.register())).toMatchObject({ state: 'subscribed', reason: 'http-503' })
  })

  it('B11: does not take payload_too_large for push_service_not_accepted', async () => {
    world.relay.next.POST.push(problem(413, 'payload_too_large'))
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'relay-refused' } })
  })

  it('B13: tells the relay once of a permission that the browser took back', async () => {
    await registered(world)
    world.permission = 'default'
    world.push().live = undefined
    const push = await returnTo(world)
    expect(await outcomeOf(world, push.status())).toMatchObject({ state: 'prompt', reason: 'permission-revoked' })
    await returnTo(world)
    expect(world.relay.of('DELETE')).toHaveLength(1)
  })
})

describe('an objectId function that answers null', () => {
  it('withdraws the previous objectId and keeps the subscription', async () => {
    await registered(world)
    const { live } = world.push()
    const push = await returnTo(world, { objectId: () => null })
    expect(await outcomeOf(world, push.status())).toMatchObject({ state: 'granted', reason: 'signed-out' })
    expect(world.relay.of('DELETE').map(({ path }) => path)).toEqual(['/v1/subscriptions/ct-1'])
    expect(world.push().live).toBe(live)
  })
})

describe('debug', () => {
  it('prints each step, and no token, key or ticket', async () => {
    const printed = vi.spyOn(console, 'info').mockImplementation(() => {})
    await registered(world, { debug: true, ticket: () => 'secret-ticket' })
    expect(printed.mock.calls.map(([, ...step]) => step)).toEqual([
      ['register', 'granted'],
      ['subscribed'],
      [{ state: 'registered', reason: undefined, objectId: 'ct-1' }],
    ])
  })
})

describe('onChange()', () => {
  it('fails no verb and no other listener when a listener throws', async () => {
    const reported = new Promise((resolve) => process.once('unhandledRejection', resolve))
    const push = visit()
    push.onChange(() => {
      throw new Error('of the site')
    })
    const states: string[] = []
    push.onChange(({ state }) => states.push(state))
    expect(await outcomeOf(world, push.register())).toMatchObject({ state: 'registered' })
    expect(states).toEqual(['registered'])
    expect(await reported).toMatchObject({ message: 'of the site' })
  })
})

describe('getSnapshot()', () => {
  it('is the same object until the status changes', async () => {
    const push = visit()
    const before = push.getSnapshot()
    expect(push.getSnapshot()).toBe(before)
    await outcomeOf(world, push.register())
    expect(push.getSnapshot()).toMatchObject({ state: 'registered', objectId: 'ct-1' })
  })
})

describe('a fallback', () => {
  it('takes what the relay does not accept, once, and its answer is the reason', async () => {
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    const fallback = vi.fn(async () => 'handed-to-test' as const)
    expect(await outcomeOf(world, visit({ fallback }).register())).toMatchObject({
      state: 'subscribed',
      reason: 'handed-to-test',
    })
    await returnTo(world, { fallback })
    expect(fallback).toHaveBeenCalledOnce()
  })

  it('is never given a subscription of Edge on Windows', async () => {
    world.host = 'wns2-par02p.notify.windows.com'
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    const fallback = vi.fn(async () => 'handed-to-test' as const)
    await outcomeOf(world, visit({ fallback }).register())
    expect(fallback).not.toHaveBeenCalled()
  })
})
