import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { outcomeOf, registered, returnTo, stateOf, visit } from './visit.ts'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
  world.permission = 'granted'
})
afterEach(() => world.leave())

const abort = (message: string) => new DOMException(message, 'AbortError')
/** A worker that is there already, so that its `PushManager` can be told to fail. */
const pushManager = () => world.workers.add('/sw.js', '/').pushManager
const own = () => ({ serviceWorker: world.workers.registrations[0] as unknown as ServiceWorkerRegistration })

describe('what subscribe() throws', () => {
  it.each([
    [
      'NotAllowedError',
      new DOMException('Registration failed - permission denied', 'NotAllowedError'),
      'permission-denied',
      false,
    ],
    ['AbortError, permission denied', abort('Registration failed - permission denied'), 'permission-denied', false],
    [
      'AbortError, push service error',
      abort('Registration failed - push service error'),
      'push-service-unavailable',
      true,
    ],
    ['AbortError of Firefox', abort('Error retrieving push subscription.'), 'push-service-unavailable', true],
    [
      'AbortError, could not retrieve the public key',
      abort('Registration failed - could not retrieve the public key'),
      'push-service-unavailable',
      true,
    ],
    [
      'InvalidAccessError',
      new DOMException('The provided key is not valid', 'InvalidAccessError'),
      'bad-vapid-key',
      false,
    ],
    [
      'InvalidCharacterError',
      new DOMException('The string contains invalid characters', 'InvalidCharacterError'),
      'bad-vapid-key',
      false,
    ],
    ['NotSupportedError', new DOMException('Not supported', 'NotSupportedError'), 'subscribe-failed', false],
    ['TypeError', new TypeError('userVisibleOnly is required'), 'subscribe-failed', false],
  ])('becomes a code and says whether to retry: %s', async (_, fault, code, retryable) => {
    pushManager().fault = fault
    expect(await outcomeOf(world, visit(own()).register())).toMatchObject({
      error: { name: 'PushError', code, retryable, cause: fault },
    })
  })

  it.each([
    ['no active Service Worker', abort('Subscription failed - no active Service Worker')],
    ['push service error', abort('Registration failed - push service error')],
    ['storage error', abort('Registration failed - storage error')],
    ['could not retrieve the public key', abort('Registration failed - could not retrieve the public key')],
    ['Error retrieving push subscription', abort('Error retrieving push subscription.')],
  ])('is retried without the user, and heals: %s', async (_, fault) => {
    pushManager().faults.push(fault)
    const push = visit(own())
    await outcomeOf(world, push.register())
    await world.pass(10 * 60_000)
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('heals on the next visit at the latest', async () => {
    pushManager().faults.push(abort('Registration failed - push service error'))
    await outcomeOf(world, visit(own()).register())
    expect(await stateOf(world, await returnTo(world, own()))).toBe('registered')
  })

  it('is not tried without end in one call', async () => {
    const manager = pushManager()
    manager.fault = abort('Registration failed - push service error')
    await outcomeOf(world, visit(own()).register())
    expect(manager.subscribes).toBeLessThan(10)
  })

  it('counts null as push-service-unavailable', async () => {
    pushManager().fault = 'null'
    expect(await outcomeOf(world, visit(own()).register())).toMatchObject({
      error: { code: 'push-service-unavailable', retryable: true },
    })
    expect(world.relay.of('POST')).toEqual([])
  })

  it('has a time limit', async () => {
    pushManager().fault = 'never'
    const begun = Date.now()
    expect(await outcomeOf(world, visit(own()).register())).toMatchObject({
      error: { code: 'push-service-unavailable', retryable: true },
    })
    expect(Date.now() - begun).toBeLessThan(60_000)
  })

  it('heeds timeoutMs', async () => {
    pushManager().fault = 'never'
    const begun = Date.now()
    await outcomeOf(world, visit({ ...own(), timeoutMs: 500 }).register())
    expect(Date.now() - begun).toBeLessThan(5000)
  })

  it('refuses a malformed VAPID key as bad-vapid-key', async () => {
    expect(await outcomeOf(world, visit({ vapidPublicKey: 'AAAA' }).register())).toMatchObject({
      error: { code: 'bad-vapid-key', retryable: false },
    })
  })

  it('keeps a subscription of the current key when the browser fails for a moment', async () => {
    const push = await registered(world)
    const endpoint = world.push().live?.endpoint
    world.push().faults.push(abort('Registration failed - push service error'))
    await outcomeOf(world, push.sync())
    expect(world.push().live?.endpoint).toBe(endpoint)
  })
})

describe('the service worker', () => {
  it('that is refused is worker-failed', async () => {
    world.workers.fate = 'refused'
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'worker-failed' } })
  })

  it('that never activates is worker-timeout', async () => {
    world.workers.fate = 'never'
    expect(await outcomeOf(world, visit().register())).toMatchObject({
      error: { code: 'worker-timeout', retryable: true },
    })
  })

  it('whose registration is never answered is worker-timeout', async () => {
    world.workers.fate = 'unanswered'
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'worker-timeout' } })
  })

  it.each([
    ['between two of its states', 'flickers'],
    ['when it is registered', 'appears'],
  ] as const)('is awaited while Firefox shows none %s', async (_, fate) => {
    world.workers.fate = fate
    expect((await outcomeOf(world, visit().register())).state).toBe('registered')
  })

  it('that dies while it is installed is worker-failed', async () => {
    world.workers.fate = 'dies'
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'worker-failed' } })
  })
})

describe('a later visit', () => {
  it('heals what failed on an earlier one', async () => {
    world.workers.fate = 'never'
    await outcomeOf(world, visit().register())
    world.closeTabs()
    world.workers.fate = 'activates'
    world.workers.registrations.splice(0)
    const push = visit()
    expect((await outcomeOf(world, push.sync())).state).toBe('registered')
    expect(await stateOf(world, push)).toBe('registered')
  })
})
