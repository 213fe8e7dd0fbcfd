import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BrowserWorld, openBrowserWorld, relayUrl } from '../../fakes/browser-world.ts'
import { createPush, outcomeOf, registered, stateOf, visit } from './visit.ts'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

const asIosTab = (properties: Record<string, unknown>) => {
  world.set('Notification', undefined)
  world.set('PushManager', undefined)
  world.setNavigator({ standalone: false, ...properties })
}

describe('the states', () => {
  it.each(['PushManager', 'Notification'])('reports the state unsupported without %s', async (name) => {
    world.set(name, undefined)
    expect(await stateOf(world, visit())).toBe('unsupported')
    expect(await outcomeOf(world, visit().register())).toMatchObject({
      error: { code: 'unsupported', retryable: false },
    })
  })

  it('is unsupported without service workers', async () => {
    world.setNavigator({ serviceWorker: undefined })
    expect(await stateOf(world, visit())).toBe('unsupported')
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'unsupported' } })
  })

  it.each([
    [
      'an iPhone',
      { platform: 'iPhone', userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1' },
    ],
    ['an iPad that calls itself a Mac', { platform: 'MacIntel', maxTouchPoints: 5 }],
  ])('is needs-install in a tab on %s', async (_, properties) => {
    asIosTab(properties)
    expect(await stateOf(world, visit())).toBe('needs-install')
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'needs-install' } })
  })

  it('is prompt in an app on the home screen', async () => {
    world.setNavigator({ platform: 'iPhone', standalone: true })
    expect(await stateOf(world, visit())).toBe('prompt')
  })

  it('is unsupported in an app on the home screen of an iOS without push', async () => {
    asIosTab({ platform: 'iPhone', standalone: true })
    expect(await stateOf(world, visit())).toBe('unsupported')
  })

  it('is prompt before the user was asked', async () => {
    expect(await stateOf(world, visit())).toBe('prompt')
  })

  it('is denied when the user has blocked notifications', async () => {
    world.permission = 'denied'
    expect(await stateOf(world, visit())).toBe('denied')
  })

  it('is granted while there is no subscription', async () => {
    world.permission = 'granted'
    expect(await stateOf(world, visit())).toBe('granted')
  })

  it('is subscribed until the relay has acknowledged', async () => {
    world.relay.next.POST.push('offline')
    const push = visit()
    await outcomeOf(world, push.register())
    expect(await stateOf(world, push)).toBe('subscribed')
  })

  it('is registered once the relay has acknowledged, for every later visit too', async () => {
    const push = visit()
    expect((await outcomeOf(world, push.register())).state).toBe('registered')
    expect(await stateOf(world, push)).toBe('registered')
    world.closeTabs()
    expect(await stateOf(world, visit())).toBe('registered')
  })

  it('says insecure-context on a plain http page', async () => {
    world.set('isSecureContext', false)
    expect(await outcomeOf(world, visit().register())).toMatchObject({ error: { code: 'insecure-context' } })
  })
})

describe('status()', () => {
  it('has no side effects', async () => {
    await registered(world)
    world.closeTabs()
    world.workers.registrations[0]?.pushManager.live?.unsubscribe()
    const before = [world.log.length, world.storage.writes, world.push().subscribes, world.workers.registered.length]
    await world.settled(visit().status())
    await world.pass(60_000)
    expect([world.log.length, world.storage.writes, world.push().subscribes, world.workers.registered.length]).toEqual(
      before,
    )
  })

  it('answers in time when the browser never does', async () => {
    await registered(world)
    world.closeTabs()
    world.push().getSubscription = () => new Promise<never>(() => {})
    world.storage.mode = 'never'
    expect((await world.settled(visit().status())).state).toMatch(/granted|subscribed|registered/)
  })
})

describe('onChange', () => {
  it('tells of real differences only, until it is taken off', async () => {
    const push = visit()
    const states: string[] = []
    const off = push.onChange(({ state }) => {
      states.push(state)
    })
    await world.settled(push.sync())
    expect(states).toEqual([])
    await world.settled(push.register())
    expect(states).toEqual(['registered'])
    await world.settled(push.sync())
    await world.settled(push.register())
    expect(states).toEqual(['registered'])
    off()
    await world.settled(push.unregister())
    expect(states).toEqual(['registered'])
  })

  it('tells when a kept registration is acknowledged later', async () => {
    world.relay.next.POST.push('offline')
    const push = visit()
    const states: string[] = []
    push.onChange(({ state }) => {
      states.push(state)
    })
    await outcomeOf(world, push.register())
    await world.pass(60_000)
    expect(states).toEqual(['subscribed', 'registered'])
  })
})

describe('createPush', () => {
  it('refuses an unknown option and lists the known ones', () => {
    const options = { relay: relayUrl, vapidKey: 'x' }
    expect(() => createPush(options)).toThrow(TypeError)
    for (const known of [
      'relay',
      'objectId',
      'vapidPublicKey',
      'serviceWorker',
      'scope',
      'ticket',
      'refreshAfterDays',
      'timeoutMs',
      'fetch',
    ])
      expect(() => createPush(options)).toThrow(known)
  })

  it('does nothing before it is told to', async () => {
    visit()
    await world.pass(60_000)
    expect(world.log).toEqual([])
  })
})
