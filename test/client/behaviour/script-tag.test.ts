import { runInThisContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVapidPublicKey } from '../../fakes/browser-push.ts'
import { problem } from '../../fakes/browser-relay.ts'
import { type BrowserWorld, FakeScriptElement, openBrowserWorld, relayUrl } from '../../fakes/browser-world.ts'
import { loadCleverTapSdk } from '../../fakes/clevertap-sdk.ts'

interface Page {
  pushferry?: {
    register(): Promise<unknown>
    sync(): Promise<unknown>
    status(): Promise<{ state: string }>
    unregister(): Promise<unknown>
    onChange(listener: (status: unknown) => void): () => void
  }
}
/** What the script puts on the page. */
const page = globalThis as unknown as Page

/** What customers paste in front of the tag. */
const stub =
  '(p=>{self.pushferry=p;for(let m of["register","sync","status","unregister","onChange"])p[m]=(...a)=>new Promise(r=>p.q.push([m,a,r]))})({q:[]})'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
  world.permission = 'granted'
})
afterEach(() => {
  world.leave()
  delete page.pushferry
  Reflect.deleteProperty(globalThis, Symbol.for('pushferry'))
})

/** The page meets `<script async src="…/pushferry.min.js" data-…>`. */
const load = async (dataset: Record<string, string> = {}) => {
  const script = new FakeScriptElement(`${relayUrl}/pushferry.min.js`, dataset)
  world.scripts.push(script)
  await run(script)
}

/** The script runs, in a page with this `document.currentScript`. */
const run = async (currentScript: unknown) => {
  Object.assign(document, { currentScript })
  vi.resetModules()
  await import('../../../src/client/script-tag.ts')
  Object.assign(document, { currentScript: null })
}

/** What `self` has under the name of a frame of another origin: it throws from nearly every member. */
const foreignWindow = (): unknown =>
  new Proxy(Object.create(null), {
    getPrototypeOf: () => null,
    get: (_, name) => {
      if (name === 'then' || name === Symbol.toStringTag || name === Symbol.hasInstance) return undefined
      throw new DOMException('Blocked a frame.', 'SecurityError')
    },
  })

describe('the script tag', () => {
  it('puts the client on the page, for the relay that it came from', async () => {
    await load({ objectId: 'ct-1', auto: 'false' })
    expect(page.pushferry).toMatchObject({
      register: expect.any(Function),
      sync: expect.any(Function),
      status: expect.any(Function),
      unregister: expect.any(Function),
      onChange: expect.any(Function),
    })
    await world.settled(Promise.resolve(page.pushferry?.register()))
    expect(world.relay.of('POST')[0]?.path).toBe('/v1/subscriptions')
  })

  it('repairs on load', async () => {
    await load({ objectId: 'ct-1' })
    await world.pass(5000)
    expect(world.relay.of('POST')).toHaveLength(1)
    expect(world.log).not.toContain('ask')
  })

  it('hands what the relay does not accept to the CleverTap SDK with data-fallback="clevertap-sdk"', async () => {
    const sdk = loadCleverTapSdk(world)
    world.host = 'updates.push.services.mozilla.com'
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    await load({ objectId: 'ct-1', serviceWorker: '/pushferry/sw.js', fallback: 'clevertap-sdk' })
    await world.pass(5000)
    expect(sdk.sent).toEqual([world.push().live?.endpoint])
    expect(await page.pushferry?.status()).toMatchObject({ state: 'subscribed', reason: 'handed-to-clevertap-sdk' })
  })

  it('takes the name of a fallback from self.PUSHFERRY too, for tag managers that drop attributes', async () => {
    const sdk = loadCleverTapSdk(world)
    world.host = 'updates.push.services.mozilla.com'
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    world.set('PUSHFERRY', { objectId: 'ct-1', serviceWorker: '/pushferry/sw.js', fallback: 'clevertap-sdk' })
    await load()
    await world.pass(5000)
    expect(sdk.sent).toEqual([world.push().live?.endpoint])
  })

  it('takes a fallback of the site from self.PUSHFERRY', async () => {
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    world.set('PUSHFERRY', { objectId: 'ct-1', fallback: async () => 'handed-to-test' })
    await load()
    await world.pass(5000)
    expect(await page.pushferry?.status()).toMatchObject({ reason: 'handed-to-test' })
  })

  it('hands over nothing without data-fallback', async () => {
    const sdk = loadCleverTapSdk(world)
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    await load({ objectId: 'ct-1', serviceWorker: '/pushferry/sw.js' })
    await world.pass(5000)
    expect(sdk.scripts).toEqual([])
  })

  it('goes on without a data-fallback that it does not know, and says so with data-debug', async () => {
    const sdk = loadCleverTapSdk(world)
    const printed = vi.spyOn(console, 'info').mockReturnValue()
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    await load({ objectId: 'ct-1', serviceWorker: '/pushferry/sw.js', fallback: 'toString', debug: '' })
    await world.pass(5000)
    expect(sdk.scripts).toEqual([])
    expect(await page.pushferry?.status()).toMatchObject({ reason: 'push-service-not-accepted' })
    expect(printed.mock.calls.some(([, step, cause]) => step === 'fallback' && cause instanceof TypeError)).toBe(true)
  })

  it('leaves that to the page with data-auto="false"', async () => {
    await load({ objectId: 'ct-1', auto: 'false' })
    await world.pass(60_000)
    expect(world.log).toEqual([])
  })

  it('runs by itself with data-auto="true", whatever PUSHFERRY says', async () => {
    world.set('PUSHFERRY', { auto: false })
    await load({ objectId: 'ct-1', auto: 'true' })
    await world.pass(60_000)
    expect(world.log).toContain('POST')
  })

  it('heeds every attribute', async () => {
    const fetch = vi.fn(world.relay.fetch)
    world.set('fetch', fetch)
    const vapidKey = createVapidPublicKey()
    await load({ relay: 'https://other.example', serviceWorker: '/own-sw.js', vapidKey, objectId: 'ct-9' })
    await world.pass(5000)
    expect(fetch.mock.calls.map(([input]) => String(input))).toEqual(['https://other.example/v1/subscriptions'])
    expect(world.workers.registered[0]?.url).toBe('https://shop.example/own-sw.js')
    const key = world.push().live?.options.applicationServerKey ?? new ArrayBuffer(0)
    expect(Buffer.from(key).toString('base64url')).toBe(vapidKey)
    expect(world.relay.of('POST')[0]?.body).toMatchObject({ objectId: 'ct-9' })
  })

  it('replays what was called before it had loaded', async () => {
    expect(stub.length).toBeLessThan(200)
    runInThisContext(stub)
    const states: unknown[] = []
    const listening = page.pushferry?.onChange((status) => states.push(status))
    const registering = Promise.resolve(page.pushferry?.register())
    const asking = page.pushferry?.status() ?? Promise.reject()
    expect(world.log).toEqual([])
    await load({ objectId: 'ct-1', auto: 'false' })
    expect(await world.settled(registering)).toMatchObject({ state: 'registered' })
    expect(await world.settled(asking)).toMatchObject({ state: expect.any(String) })
    expect(states).toMatchObject([{ state: 'registered' }])
    const off: unknown = await listening
    expect(off).toBeTypeOf('function')
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('hands the failure of a replayed call to who called', async () => {
    world.permission = 'denied'
    runInThisContext(stub)
    const registering = Promise.resolve(page.pushferry?.register())
    registering.catch(() => {})
    await load({ objectId: 'ct-1', auto: 'false' })
    await expect(world.settled(registering)).rejects.toMatchObject({ code: 'permission-denied' })
  })

  it.each(['pushferry', 'PUSHFERRY'])(
    'B12: is not stopped by a frame of another origin that is called %s',
    async (name) => {
      world.set(name, foreignWindow())
      await load({ objectId: 'ct-1' })
      await world.pass(5000)
      expect(world.relay.of('POST')).toHaveLength(1)
    },
  )

  it('B12: finds its tag where an element is called currentScript, and another querySelectorAll', async () => {
    world.scripts.push(new FakeScriptElement(`${relayUrl}/pushferry.min.js`, { objectId: 'ct-1' }))
    Object.assign(document, { querySelectorAll: {} })
    await run(foreignWindow())
    await world.pass(5000)
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('B8: takes no relay from the tag of a loader that evaluates it, and says what is missing', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    await run(new FakeScriptElement('https://cdn.example/loader.js', {}))
    await world.pass(5000)
    expect(world.log).toEqual([])
    expect(printed.mock.calls).toEqual([[expect.stringContaining('data-relay')]])
    expect(page.pushferry).toMatchObject({ createPush: expect.any(Function) })
  })

  it('B8: prefers its own tag to that of a loader that evaluates it', async () => {
    world.scripts.push(new FakeScriptElement(`${relayUrl}/pushferry.min.js`, { objectId: 'ct-1' }))
    await run(new FakeScriptElement('https://cdn.example/loader.js', { auto: 'false' }))
    await world.pass(5000)
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it.each([
    ['a relay that is no absolute URL', { relay: '/push' }, 'relay'],
    ['an option that is not known', { relay: relayUrl, vapidKey: 'x' }, 'vapidPublicKey'],
  ])('B8: says %s in one line, and the global can make a client', async (_, settings, named) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    world.set('PUSHFERRY', settings)
    await run(null)
    expect(printed.mock.calls).toEqual([[expect.stringContaining(named)]])
    expect(page.pushferry).toMatchObject({ createPush: expect.any(Function) })
  })

  it.each([
    ['null', [null]],
    ['a verb alone', [['sync']]],
    ['a verb without a function for its promise', [['sync', []]]],
    ['an unknown verb', [['subscribe', [], () => {}]]],
    ['text', 'sync'],
    ['a number', 7],
  ])('repairs, whatever a stub holds in its queue: %s', async (_, q) => {
    world.set('pushferry', { q })
    await load({ objectId: 'ct-1' })
    await world.pass(5000)
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it.each(['scope', 'auto', 'debug', 'serviceWorker', 'vapidKey', 'relay', 'fallback'])(
    'B5: takes no attribute and no setting from Object.prototype.%s',
    async (name) => {
      Object.defineProperty(Object.prototype, name, {
        value: 'false',
        configurable: true,
        enumerable: true,
        writable: true,
      })
      try {
        await load({ objectId: 'ct-1' })
        await world.pass(5000)
        expect(world.relay.of('POST').map(({ path }) => path)).toEqual(['/v1/subscriptions'])
        expect(world.workers.registered.map(({ scope }) => scope)).toEqual(['https://shop.example/pushferry/'])
      } finally {
        Reflect.deleteProperty(Object.prototype, name)
      }
    },
  )
})
