import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachPushferry, type WorkerOptions } from '../../sw/attach.ts'
import { outcomeOf, registered, tokenIdOf, visit } from '../client/behaviour/visit.ts'
import { type BrowserWorld, openBrowserWorld } from '../fakes/browser-world.ts'

/** A worker that runs, and what it listens for. */
interface RunningWorker {
  readonly listening: string[]
  /** Fires an event; resolves to how what was given to `waitUntil` has ended. */
  fire(type: string, members?: object): Promise<PromiseSettledResult<unknown>[]>
}

let world: BrowserWorld
const showNotification = vi.fn(async (_title: string, _options: NotificationOptions) => {})

beforeEach(() => {
  world = openBrowserWorld()
  showNotification.mockClear()
})
afterEach(() => {
  world.leave()
  Reflect.deleteProperty(globalThis, Symbol.for('pushferry'))
})

/** The browser starts the worker of the first registration, or of one that no page has registered with. */
const wake = async (options?: WorkerOptions): Promise<RunningWorker> => {
  const listeners = new Map<string, (event: object) => void>()
  const registration = world.workers.registrations[0] ?? world.workers.add('/pushferry-sw.min.js', '/pushferry/')
  world.set('registration', Object.assign(registration, { showNotification }))
  world.set('addEventListener', (type: string, listener: (event: object) => void) => listeners.set(type, listener))
  // A worker that starts has a global of its own.
  Reflect.deleteProperty(globalThis, Symbol.for('pushferry'))
  attachPushferry(options)
  // Only what was added before the script ended counts.
  const listening = [...listeners.keys()]
  await world.pass(100)
  return {
    listening,
    fire: (type, members = {}) => {
      const waiting: unknown[] = []
      listeners.get(type)?.({ ...members, waitUntil: (work: unknown) => waiting.push(work) })
      return world.settled(Promise.allSettled(waiting))
    },
  }
}

/** Somebody has registered, and all tabs are closed. */
const registerAndLeave = async (): Promise<string | undefined> => {
  await registered(world)
  const token = tokenIdOf(world.push().live?.endpoint)
  world.closeTabs()
  world.relay.requests.length = 0
  return token
}

const fulfilled = [expect.objectContaining({ status: 'fulfilled' })]
const rejected = [expect.objectContaining({ status: 'rejected' })]

describe('attachPushferry', () => {
  it('adds every listener before it returns', async () => {
    const { listening } = await wake()
    expect(listening.sort()).toEqual(['message', 'notificationclick', 'push', 'pushsubscriptionchange', 'sync'])
  })

  it('adds none when it is called again, as by a plugin that imports it too', async () => {
    await wake()
    const add = vi.fn()
    world.set('addEventListener', add)
    attachPushferry()
    expect(add).not.toHaveBeenCalled()
  })

  it('asks nobody, and fails no event, where no page has registered', async () => {
    const { fire } = await wake({ display: false })
    expect(await fire('push', { data: null })).toEqual(fulfilled)
    expect(await fire('message', { data: 'pushferry' })).toEqual(fulfilled)
    expect(world.relay.requests).toEqual([])
  })

  it('makes no request when no delivery is owed', async () => {
    await registerAndLeave()
    const { fire } = await wake()
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(fulfilled)
    expect(world.relay.requests).toEqual([])
  })
})

describe('a subscription that the browser has dropped', () => {
  it('is made again on pushsubscriptionchange, and the relay is told old and new, with the key', async () => {
    const old = await registerAndLeave()
    const { fire } = await wake()
    world.push().live = undefined
    expect(await fire('pushsubscriptionchange', { oldSubscription: null, newSubscription: null })).toEqual(fulfilled)
    const [request, ...others] = world.relay.of('POST')
    expect(others).toEqual([])
    const token = tokenIdOf(world.push().live?.endpoint)
    expect(token).not.toBe(old)
    expect(request?.body).toMatchObject({ objectId: 'ct-1', replaces: old, tokenData: { id: token, type: 'chrome' } })
    expect(request?.headers.get('X-Pushferry-Key')).toBe('key-of-ct-1')
  })

  it('is made again by any start of the worker', async () => {
    await registerAndLeave()
    world.push().live = undefined
    await wake()
    await world.pass(1000)
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('fails no push when subscribe() never settles, as in Firefox for Android', async () => {
    await registerAndLeave()
    const { fire } = await wake({ display: false })
    world.push().fault = 'never'
    expect(await fire('push', { data: null })).toEqual(fulfilled)
    expect(await fire('pushsubscriptionchange')).toEqual(rejected)
  })

  it('stays gone where permission is gone too', async () => {
    await registerAndLeave()
    const { fire } = await wake()
    world.push().live = undefined
    world.permission = 'denied'
    await fire('pushsubscriptionchange')
    expect(world.push().live).toBeUndefined()
    expect(world.relay.of('POST')).toEqual([])
  })

  it('stays gone where the user has unregistered', async () => {
    const push = await registered(world)
    await world.settled(push.unregister())
    world.closeTabs()
    const { fire } = await wake()
    await fire('pushsubscriptionchange')
    expect(world.push().live).toBeUndefined()
    expect(world.relay.of('POST')).toHaveLength(1)
  })
})

describe('what the relay is owed', () => {
  /** The subscription has changed while the relay is away. */
  const owe = async (options?: WorkerOptions): Promise<RunningWorker> => {
    world.workers.sync = 'works'
    await registerAndLeave()
    const worker = await wake(options)
    world.push().live = undefined
    world.relay.always = 'offline'
    expect(await worker.fire('pushsubscriptionchange')).toEqual(rejected)
    expect(world.workers.tags).toContain('pushferry')
    world.relay.requests.length = 0
    return worker
  }

  it('is delivered by Background Sync, which is told to fire again until it is', async () => {
    const { fire } = await owe()
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(rejected)
    world.relay.always = undefined
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(fulfilled)
    expect(world.relay.of('POST').at(-1)?.body).toMatchObject({ objectId: 'ct-1' })
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(fulfilled)
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it('is no business of another’s sync or message', async () => {
    const { fire } = await owe()
    await fire('sync', { tag: 'workbox' })
    await fire('message', { data: { type: 'SKIP_WAITING' } })
    expect(world.relay.requests).toEqual([])
  })

  it.each([
    ['a message of the page', 'message', { data: 'pushferry' }],
    ['the next push', 'push', { data: null }],
  ])('is delivered at once with %s', async (_, type, members) => {
    const { fire } = await owe({ display: false })
    world.relay.always = undefined
    expect(await fire(type, members)).toEqual(fulfilled)
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('fails no push while it cannot be delivered', async () => {
    const { fire } = await owe()
    await world.pass(3000)
    expect(await fire('push', { data: { text: () => 'Hello' } })).toEqual(fulfilled)
    expect(showNotification).toHaveBeenCalledOnce()
    expect(world.relay.of('POST')).toHaveLength(1)
  })

  it('waits for Retry-After, Background Sync or not', async () => {
    const { fire } = await owe()
    world.relay.always = () => new Response('{}', { status: 503, headers: { 'Retry-After': '60' } })
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(rejected)
    world.relay.always = undefined
    await world.pass(30_000)
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(rejected)
    await world.pass(31_000)
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(fulfilled)
    expect(world.relay.of('POST')).toHaveLength(2)
  })

  it('may be a withdrawal', async () => {
    const push = await registered(world)
    world.relay.always = 'offline'
    await outcomeOf(world, push.unregister())
    world.closeTabs()
    world.relay.always = undefined
    const { fire } = await wake()
    expect(await fire('sync', { tag: 'pushferry' })).toEqual(fulfilled)
    expect(world.relay.of('DELETE').at(-1)?.path).toBe('/v1/subscriptions/ct-1')
  })
})

describe('page and worker at once', () => {
  it('share one request to the relay', async () => {
    await registerAndLeave()
    const { fire } = await wake()
    world.push().live = undefined
    const page = visit()
    await Promise.all([fire('pushsubscriptionchange'), outcomeOf(world, page.sync())])
    expect(world.relay.of('POST')).toHaveLength(1)
  })
})

describe('display: false', () => {
  it('leaves pushes and clicks to the listener beside it', async () => {
    const { fire } = await wake({ display: false })
    await fire('push', { data: { text: () => 'Hello' } })
    const close = vi.fn()
    await fire('notificationclick', { action: '', notification: { data: { pushferry: [] }, close } })
    expect(showNotification).not.toHaveBeenCalled()
    expect(close).not.toHaveBeenCalled()
  })
})
