import { runInThisContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVapidPublicKey } from '../../fakes/browser-push.ts'
import { problem } from '../../fakes/browser-relay.ts'
import { type BrowserWorld, enterBrowserWorld, FakeScriptElement, relayUrl } from '../../fakes/browser-world.ts'
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
  world = enterBrowserWorld()
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
  Object.assign(document, { currentScript: script })
  vi.resetModules()
  await import('../../../src/client/script-tag.ts')
  Object.assign(document, { currentScript: null })
}

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
    const print = vi.spyOn(console, 'info').mockReturnValue()
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    await load({ objectId: 'ct-1', serviceWorker: '/pushferry/sw.js', fallback: 'toString', debug: '' })
    await world.pass(5000)
    expect(sdk.scripts).toEqual([])
    expect(await page.pushferry?.status()).toMatchObject({ reason: 'push-service-not-accepted' })
    expect(print.mock.calls.some(([, step, cause]) => step === 'fallback' && cause instanceof TypeError)).toBe(true)
  })

  it('leaves that to the page with data-auto="false"', async () => {
    await load({ objectId: 'ct-1', auto: 'false' })
    await world.pass(60_000)
    expect(world.log).toEqual([])
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
})
