import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVapidPublicKey } from '../../fakes/browser-push.ts'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { outcomeOf, registered, returnTo, stateOf, tokenIdOf, visit } from './visit.ts'

const day = 86_400_000
let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

describe('register()', () => {
  it('asks for permission inside the click, before anything else', async () => {
    const registering = visit().register()
    expect(world.log).toEqual(['ask'])
    await world.settled(registering)
  })

  it('fails with permission-dismissed when the prompt is closed', async () => {
    world.choice = 'default'
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'permission-dismissed' } })
    expect(world.relay.of('POST')).toEqual([])
  })

  it('fails with permission-denied when the user blocks', async () => {
    world.choice = 'denied'
    expect(await outcomeOf(world, visit().register())).toMatchObject({
      error: { name: 'PushError', code: 'permission-denied', retryable: false },
    })
    expect(world.relay.of('POST')).toEqual([])
  })

  it('gives up on a prompt that is never answered', async () => {
    world.choice = 'never'
    expect((await outcomeOf(world, visit().register())).error).toMatchObject({ name: 'PushError' })
  })

  it('sends the record and the endpoint, and nothing else', async () => {
    await registered(world)
    const live = world.push().live
    const posts = world.relay.of('POST')
    expect(posts).toHaveLength(1)
    expect(posts[0]?.path).toBe('/v1/subscriptions')
    expect(posts[0]?.headers.get('Content-Type')).toMatch(/^application\/json/)
    expect(posts[0]?.headers.has('X-Pushferry-Key')).toBe(false)
    expect(posts[0]?.headers.has('Authorization')).toBe(false)
    expect(posts[0]?.body).toStrictEqual({
      type: 'token',
      tokenData: { id: tokenIdOf(live?.endpoint), type: 'chrome', keys: live?.toJSON().keys },
      objectId: 'ct-1',
      endpoint: live?.endpoint,
    })
  })

  it('subscribes with the key of the relay', async () => {
    await registered(world)
    const key = world.push().live?.options.applicationServerKey
    expect(Buffer.from(key ?? new ArrayBuffer(0)).toString('base64url')).toBe(world.relay.vapidPublicKey)
  })

  it('takes a VAPID key of its own without asking the relay', async () => {
    await registered(world, { vapidPublicKey: createVapidPublicKey() })
    expect(world.relay.of('GET')).toEqual([])
  })

  it('registers the default worker', async () => {
    await registered(world)
    expect(world.workers.registered[0]?.url).toBe('https://shop.example/pushferry-sw.min.js')
  })

  it('registers the given worker in the given scope', async () => {
    await registered(world, { serviceWorker: '/own/sw.js', scope: '/own/deep/' })
    expect(world.workers.registered[0]).toEqual({
      url: 'https://shop.example/own/sw.js',
      scope: 'https://shop.example/own/deep/',
    })
  })

  it('registers its worker where Trusted Types are enforced', async () => {
    world.workers.trustedOnly = true
    let policies = 0
    world.set('trustedTypes', {
      createPolicy: (_: string, rules: { createScriptURL(url: string): string }) => {
        // Without 'allow-duplicates' a name is taken once.
        if (++policies > 1) throw new TypeError('Policy with name "pushferry" already exists')
        return { createScriptURL: (url: string) => ({ toString: () => rules.createScriptURL(url) }) }
      },
    })
    const push = await registered(world)
    expect(world.workers.registered[0]?.url).toBe('https://shop.example/pushferry-sw.min.js')
    expect((await outcomeOf(world, push.sync())).state).toBe('registered')
  })

  it('takes a TrustedScriptURL of the site as it is', async () => {
    world.workers.trustedOnly = true
    await registered(world, { serviceWorker: { toString: () => '/trusted-sw.js' } })
    expect(world.workers.registered[0]?.url).toBe('https://shop.example/trusted-sw.js')
  })

  it('uses a registration of the site', async () => {
    const own = world.workers.add('/sw.js', '/')
    // The cast: the fake has what the client may use.
    await registered(world, { serviceWorker: own as unknown as ServiceWorkerRegistration })
    expect(world.workers.registered).toEqual([])
    expect(own.pushManager.live).toBeDefined()
  })

  it('uses an own fetch', async () => {
    const fetch = vi.fn(world.relay.fetch)
    world.set('fetch', undefined)
    await registered(world, { fetch })
    expect(fetch).toHaveBeenCalled()
  })

  it('shows the registration key from the second time on', async () => {
    const push = await registered(world, { refreshAfterDays: 1 })
    await world.pass(2 * day)
    await world.settled(push.sync())
    expect(world.relay.of('POST').at(-1)?.headers.get('X-Pushferry-Key')).toBe('key-of-ct-1')
  })

  it('reuses a subscription that was made with the current key', async () => {
    const { endpoint } = world.workers
      .add('/pushferry-sw.min.js', '/pushferry/')
      .pushManager.hold(world.relay.vapidPublicKey)
    await registered(world)
    expect(world.push().unsubscribed).toEqual([])
    expect(world.relay.of('POST')[0]?.body).toMatchObject({ endpoint })
  })

  it('replaces a subscription of another key and tells the relay which token it replaces', async () => {
    const own = world.workers.add('/sw.js', '/')
    const { endpoint } = own.pushManager.hold(createVapidPublicKey())
    await registered(world, { serviceWorker: own as unknown as ServiceWorkerRegistration })
    expect(own.pushManager.unsubscribed).toEqual([endpoint])
    expect(own.pushManager.live?.endpoint).not.toBe(endpoint)
    expect(world.relay.of('POST')).toHaveLength(1)
    expect(world.relay.of('POST')[0]?.body).toMatchObject({
      endpoint: own.pushManager.live?.endpoint,
      replaces: tokenIdOf(endpoint),
    })
  })

  it('follows a new VAPID key of the relay', async () => {
    const push = await registered(world)
    const old = world.push().live?.endpoint
    world.relay.vapidPublicKey = createVapidPublicKey()
    await world.settled(push.register())
    expect(world.push().unsubscribed).toEqual([old])
    expect(world.relay.of('POST').at(-1)?.body).toMatchObject({ replaces: tokenIdOf(old) })
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('makes one request when two tabs register at once', async () => {
    const [one, other] = [visit(), visit()]
    const both = await world.settled(Promise.all([one.register(), other.register()]))
    expect(both.map(({ state }) => state)).toEqual(['registered', 'registered'])
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('makes one request when one tab is asked twice at once', async () => {
    const push = visit()
    await world.settled(Promise.all([push.register(), push.sync(), push.register()]))
    expect(world.relay.of('POST').length).toBe(1)
  })

  it.each(['missing', 'refused', 'never'] as const)('registers when Web Locks are %s', async (mode) => {
    world.locks = mode
    expect((await outcomeOf(world, visit().register())).state).toBe('registered')
  })
})

describe('refreshing', () => {
  it('makes no request at all on an unchanged, recent registration', async () => {
    const push = await registered(world)
    const before = world.relay.requests.length
    await world.settled(push.sync())
    await returnTo(world)
    await world.pass(3 * day)
    await returnTo(world)
    expect(world.relay.requests).toHaveLength(before)
  })

  it('sends the registration again after seven days', async () => {
    await registered(world)
    await world.pass(6.9 * day)
    await returnTo(world)
    expect(world.relay.of('POST')).toHaveLength(1)
    await world.pass(0.2 * day)
    await returnTo(world)
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it('renews the cookie of the registration at each visit, also of one that the worker has delivered', async () => {
    await registered(world)
    world.cookie = ''
    await returnTo(world)
    expect(world.cookie).toBe('pushferry_key=ct-1|key-of-ct-1|')
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('heeds refreshAfterDays', async () => {
    await registered(world)
    await world.pass(2 * day)
    await returnTo(world, { refreshAfterDays: 1 })
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it('stays registered when a refresh fails', async () => {
    await registered(world)
    await world.pass(8 * day)
    world.relay.always = 'offline'
    expect(await stateOf(world, await returnTo(world))).toBe('registered')
  })
})
