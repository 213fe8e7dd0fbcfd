import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clevertapSdk } from '../../../src/client/clevertap-sdk.ts'
import type { Fallback } from '../../../src/client/fallback.ts'
import type { Options } from '../../../src/client/options.ts'
import { createVapidPublicKey } from '../../fakes/browser-push.ts'
import { problem } from '../../fakes/browser-relay.ts'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { type FakeCleverTapSdk, loadCleverTapSdk } from '../../fakes/clevertap-sdk.ts'
import { outcomeOf, returnTo, visit } from './visit.ts'

const dayMs = 86_400_000
const handedOver = { state: 'subscribed', reason: 'handed-to-clevertap-sdk' }
const notAccepted = { state: 'subscribed', reason: 'push-service-not-accepted' }

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
  world.host = 'updates.push.services.mozilla.com'
})
afterEach(() => world.leave())

/** The relay does not take this browser's push service. */
const refuse = (): void => {
  world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
}

const withSdk = (options: Partial<Options> = {}): Partial<Options> => ({
  fallback: clevertapSdk(),
  serviceWorker: '/pushferry/sw.js',
  ...options,
})

const register = (options: Partial<Options> = {}) => {
  refuse()
  return outcomeOf(world, visit(withSdk(options)).register())
}

const statusAfterReturn = async (options: Partial<Options> = {}) =>
  outcomeOf(world, (await returnTo(world, withSdk(options))).status())

describe('clevertapSdk()', () => {
  it('hands over the very subscription that Pushferry made, with its key, and changes no worker', async () => {
    const sdk = loadCleverTapSdk(world)
    expect(await register()).toMatchObject(handedOver)
    expect(sdk.sent).toEqual([world.push().live?.endpoint])
    expect(sdk.key).toBe(world.relay.vapidPublicKey)
    expect(sdk.scripts).toEqual(['https://shop.example/pushferry/sw.js'])
    expect(world.workers.registrations.map(({ scope }) => scope)).toEqual(['https://shop.example/pushferry/'])
    expect(world.push().unsubscribed).toEqual([])
  })

  it('names the script with its query, so that the browser installs no other worker in its place', async () => {
    loadCleverTapSdk(world)
    expect(await register({ serviceWorker: '/pushferry/sw.js?v=2' })).toMatchObject(handedOver)
    const scripts = world.workers.registrations.map(({ active }) => active?.scriptURL)
    expect(scripts).toEqual(['https://shop.example/pushferry/sw.js?v=2'])
  })

  it('refuses a worker outside the folder of its scope, because the SDK would register another', async () => {
    const sdk = loadCleverTapSdk(world)
    world.workers.add('/sw.js', '/')
    expect(await register({ serviceWorker: '/pushferry-sw.min.js' })).toMatchObject(notAccepted)
    expect(sdk.scripts).toEqual([])
    expect(world.workers.registrations.map(({ active }) => active?.scriptURL)).toEqual([
      'https://shop.example/sw.js',
      'https://shop.example/pushferry-sw.min.js',
    ])
  })

  it('waits until the SDK has loaded, and has its ID', async () => {
    world.set('clevertap', { event: [], profile: [], notifications: [] })
    setTimeout(() => {
      const sdk = loadCleverTapSdk(world, null)
      setTimeout(() => {
        sdk.id = 'ct-1'
      }, 3000)
    }, 3000)
    expect(await register()).toMatchObject(handedOver)
  })

  const hindrances: Readonly<Record<string, (sdk: FakeCleverTapSdk) => void>> = {
    'is not on the page': () => world.set('clevertap', undefined),
    'is older than 1.10.0': () => world.set('clevertap', { getCleverTapID: () => 'ct-1', notifications: [] }),
    'has not been started': (sdk) => {
      sdk.accountId = null
    },
    'has no ID': (sdk) => {
      sdk.id = null
    },
    'has an ID that opted out': (sdk) => {
      sdk.id = 'ct-1:OO'
    },
    "has another ID than the page's objectId": (sdk) => {
      sdk.id = 'ct-2'
    },
    'is muted': (sdk) => {
      sdk.muted = true
    },
  }
  it.each(Object.entries(hindrances))('does nothing while the SDK %s, and tries again', async (_, hinder) => {
    const sdk = loadCleverTapSdk(world)
    hinder(sdk)
    expect(await register()).toMatchObject(notAccepted)
    expect(sdk.scripts).toEqual([])
    const good = loadCleverTapSdk(world)
    expect(await statusAfterReturn()).toMatchObject(handedOver)
    expect(good.scripts).toHaveLength(1)
  })

  it('leaves the ID of a user who opted out alone, even where it is the objectId', async () => {
    const sdk = loadCleverTapSdk(world, 'ct-1:OO')
    expect(await register({ objectId: 'ct-1:OO' })).toMatchObject(notAccepted)
    expect(sdk.scripts).toEqual([])
  })

  it('does not claim a hand-over that the SDK did not confirm in time', async () => {
    loadCleverTapSdk(world).setUp = () => new Promise(() => {})
    expect(await register()).toMatchObject(notAccepted)
  })

  it('does not claim a hand-over after which the subscription is another', async () => {
    loadCleverTapSdk(world).setUp = async (_, callback) => {
      world.push().hold(createVapidPublicKey())
      callback()
    }
    expect(await register()).toMatchObject(notAccepted)
  })

  it('hands over once, and again after refreshAfterDays', async () => {
    const sdk = loadCleverTapSdk(world)
    await register()
    expect(await statusAfterReturn()).toMatchObject(handedOver)
    expect(sdk.sent).toHaveLength(1)
    refuse()
    await world.pass(8 * dayMs)
    expect(await statusAfterReturn()).toMatchObject(handedOver)
    expect(sdk.sent).toHaveLength(2)
  })

  it('hands over again when the ID has moved', async () => {
    const sdk = loadCleverTapSdk(world)
    await register()
    sdk.id = 'ct-2'
    refuse()
    expect(await statusAfterReturn({ objectId: 'ct-2' })).toMatchObject({ ...handedOver, objectId: 'ct-2' })
    expect(sdk.sent).toHaveLength(2)
  })

  it('hands over again when the subscription is another', async () => {
    const sdk = loadCleverTapSdk(world)
    await register()
    world.push().live = undefined
    refuse()
    expect(await statusAfterReturn()).toMatchObject(handedOver)
    expect(sdk.sent).toHaveLength(2)
    expect(sdk.sent.at(-1)).toBe(world.push().live?.endpoint)
  })

  it('never hands over a subscription of Edge on Windows', async () => {
    const sdk = loadCleverTapSdk(world)
    world.host = 'wns2-par02p.notify.windows.com'
    expect(await register()).toMatchObject(notAccepted)
    expect(sdk.scripts).toEqual([])
  })

  it('is not asked where the relay takes the push service', async () => {
    const sdk = loadCleverTapSdk(world)
    world.host = 'fcm.googleapis.com'
    expect(await outcomeOf(world, visit(withSdk()).register())).toMatchObject({ state: 'registered' })
    expect(sdk.scripts).toEqual([])
  })
})

describe('a fallback of the site', () => {
  const answers: Readonly<Record<string, () => void>> = {
    'refuses the record': () => world.relay.next.POST.push(problem(400, 'invalid_record')),
    'refuses the origin': () => world.relay.next.POST.push(problem(403, 'origin_not_allowed')),
    'cannot be reached': () => world.relay.next.POST.push('offline'),
  }
  it.each(Object.entries(answers))('is not called where the relay %s', async (_, answer) => {
    let calls = 0
    answer()
    const fallback: Fallback = async () => `handed-to-${++calls}`
    await outcomeOf(world, visit({ fallback }).register())
    expect(calls).toBe(0)
  })

  it('is given the subscription, whose it is, its key and its registration', async () => {
    const given: unknown[] = []
    refuse()
    const fallback: Fallback = async (...all) => {
      given.push(...all)
      return 'handed-to-test'
    }
    await outcomeOf(world, visit({ fallback }).register())
    const [registration] = world.workers.registrations
    expect(given).toEqual([
      world.push().live,
      { objectId: 'ct-1', vapidPublicKey: world.relay.vapidPublicKey, registration },
    ])
  })

  it('does not hold up another tab while it waits for something', async () => {
    refuse()
    const waiting = visit({ fallback: () => new Promise(() => {}) }).register()
    waiting.catch(() => {})
    await world.pass(2000)
    expect(world.relay.of('POST')).toHaveLength(1)
    let isOver = false
    visit()
      .sync()
      .then(() => {
        isOver = true
      })
    await world.pass(2000)
    expect(isOver).toBe(true)
  })

  it('is called once where two tabs and two verbs are at work together', async () => {
    world.permission = 'granted'
    refuse()
    let calls = 0
    const fallback: Fallback = async () => {
      calls++
      await new Promise((resolve) => setTimeout(resolve, 3000))
      return 'handed-to-test'
    }
    const [one, other] = [visit({ fallback }), visit({ fallback })]
    const all = await world.settled(Promise.all([one.sync(), one.sync(), other.sync()]))
    expect(all).toMatchObject(all.map(() => ({ state: 'subscribed', reason: 'handed-to-test' })))
    expect(calls).toBe(1)
  })

  const failures: Readonly<Record<string, Fallback>> = {
    rejects: () => Promise.reject(new Error('not now')),
    throws: () => {
      throw new Error('not now')
    },
    'never settles': () => new Promise(() => {}),
    // The cast: a script that no compiler has seen.
    'answers with something else': async () => 'handed over' as 'handed-to-x',
  }
  it.each(Object.entries(failures))(
    'that %s leaves the reason, and is called again at the next sync',
    async (_, fails) => {
      refuse()
      expect(await outcomeOf(world, visit({ fallback: fails }).register())).toMatchObject(notAccepted)
      const push = await returnTo(world, { fallback: async () => 'handed-to-test' })
      expect(await outcomeOf(world, push.status())).toMatchObject({ state: 'subscribed', reason: 'handed-to-test' })
    },
  )
})
