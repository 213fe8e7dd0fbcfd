import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { problem, type RelayAnswer } from '../../fakes/browser-relay.ts'
import { type BrowserWorld, openBrowserWorld } from '../../fakes/browser-world.ts'
import { outcomeOf, reasonOf, registered, returnTo, stateOf, visit } from './visit.ts'

const minute = 60_000
const hour = 60 * minute
let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

const posts = () => world.relay.of('POST')
const page = (): Response =>
  new Response('<!doctype html>Log in', { status: 200, headers: { 'Content-Type': 'text/html' } })
const emptyAccepted = (): Response => new Response('', { status: 202 })

describe('a registration that cannot be delivered', () => {
  const failures: [string, RelayAnswer][] = [
    ['500', problem(500, 'internal')],
    ['503', problem(503, 'unavailable')],
    ['429', problem(429, 'too_many_requests')],
    ['408', problem(408, 'request_timeout')],
    ['a network failure', 'offline'],
    ['no answer', 'never'],
    ['the page of a captive portal', page],
    ['an empty 202', emptyAccepted],
  ]
  it.each(failures)('is kept and sent again by the open page after %s', async (_, answer) => {
    world.relay.next.POST.push(answer)
    const push = visit()
    await outcomeOf(world, push.register())
    expect(await stateOf(world, push)).toBe('subscribed')
    await world.pass(2 * minute)
    expect(posts()).toHaveLength(2)
    expect(posts()[1]?.body).toEqual(posts()[0]?.body)
    expect(await stateOf(world, push)).toBe('registered')
  })

  it.each(failures)('is kept and sent on the next visit after %s', async (_, answer) => {
    world.relay.next.POST.push(answer)
    await outcomeOf(world, visit().register())
    world.closeTabs()
    await world.pass(2 * minute)
    expect(posts()).toHaveLength(1)
    expect(await stateOf(world, await returnTo(world))).toBe('registered')
    expect(posts()).toHaveLength(2)
  })

  it('is kept before it is sent', async () => {
    await outcomeOf(world, visit().register())
    expect(world.log.indexOf('write')).toBeGreaterThan(-1)
    expect(world.log.indexOf('write')).toBeLessThan(world.log.indexOf('POST'))
  })

  it('is tried less and less often', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    world.relay.always = 'offline'
    await outcomeOf(world, visit({ vapidPublicKey: world.relay.vapidPublicKey }).register())
    await world.pass(3 * hour)
    const gaps = posts()
      .slice(1)
      .map(({ at }, index) => at - (posts()[index]?.at ?? 0))
    expect(gaps.length).toBeGreaterThan(3)
    expect(gaps.length).toBeLessThan(60)
    expect(Math.max(...gaps)).toBeGreaterThan(8 * (gaps[0] ?? 0))
  })

  it('is tried at times that chance spreads', async () => {
    const gapAt = async (random: number): Promise<number> => {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      world.relay.always = 'offline'
      await outcomeOf(world, visit({ vapidPublicKey: world.relay.vapidPublicKey }).register())
      await world.pass(2 * minute)
      const [first, second] = posts()
      return (second?.at ?? 0) - (first?.at ?? 0)
    }
    const low = await gapAt(0.01)
    world.leave()
    world = openBrowserWorld()
    expect(await gapAt(0.99)).not.toBe(low)
  })

  it.each([
    ['seconds', () => '300'],
    ['a date', () => new Date(Date.now() + 300_000).toUTCString()],
  ])('waits as long as Retry-After says, given in %s', async (_, value) => {
    world.relay.next.POST.push(() => problem(429, 'too_many_requests', { 'Retry-After': value() })())
    const push = visit()
    await outcomeOf(world, push.register())
    const asked = posts()[0]?.at ?? 0
    await world.pass(2 * minute)
    world.show()
    world.goOnline()
    await world.pass(2 * minute)
    expect(posts()).toHaveLength(1)
    await world.pass(10 * minute)
    expect(posts()).toHaveLength(2)
    expect((posts()[1]?.at ?? 0) - asked).toBeGreaterThanOrEqual(298_000)
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('waits as long as Retry-After says on the next visit too', async () => {
    world.relay.next.POST.push(problem(503, 'unavailable', { 'Retry-After': '300' }))
    await outcomeOf(world, visit().register())
    world.closeTabs()
    await world.pass(minute)
    await returnTo(world)
    expect(posts()).toHaveLength(1)
    await world.pass(10 * minute)
    expect(posts()).toHaveLength(2)
  })

  it.each([
    ['the browser goes online', () => world.goOnline()],
    ['the tab is looked at', () => world.show()],
  ])('is sent soon after %s, however long the outage was', async (_, happen) => {
    world.relay.always = 'offline'
    await outcomeOf(world, visit({ vapidPublicKey: world.relay.vapidPublicKey }).register())
    await world.pass(48 * hour)
    world.relay.always = undefined
    const before = posts().length
    happen()
    await world.pass(minute)
    expect(posts()).toHaveLength(before + 1)
  })

  it('is sent soon after the next visit begins, however long the outage was', async () => {
    world.relay.always = 'offline'
    await outcomeOf(world, visit({ vapidPublicKey: world.relay.vapidPublicKey }).register())
    await world.pass(48 * hour)
    world.relay.always = undefined
    const before = posts().length
    await returnTo(world, { vapidPublicKey: world.relay.vapidPublicKey })
    await world.pass(minute)
    expect(posts()).toHaveLength(before + 1)
  })

  it('is given to Background Sync where there is one', async () => {
    world.workers.sync = 'works'
    world.relay.always = 'offline'
    await outcomeOf(world, visit({ vapidPublicKey: world.relay.vapidPublicKey }).register())
    expect(world.workers.tags.length).toBeGreaterThan(0)
  })

  it.each(['refused', 'never'] as const)('is sent by the page when Background Sync is %s', async (mode) => {
    world.workers.sync = mode
    world.relay.next.POST.push('offline')
    const push = visit()
    await outcomeOf(world, push.register())
    await world.pass(2 * minute)
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('needs the relay for its VAPID key but once', async () => {
    await registered(world)
    world.push().live = undefined
    world.relay.next.GET.push('offline', 'offline')
    expect(await stateOf(world, await returnTo(world))).toBe('registered')
  })

  it('fails with relay-refused, to be retried, when the relay cannot be asked for its key', async () => {
    world.relay.always = 'offline'
    expect(await outcomeOf(world, visit().register())).toMatchObject({
      error: {
        code: 'relay-refused',
        retryable: true,
        cause: 'unreachable',
        message: 'Push failed, relay-refused unreachable: run pushferry doctor.',
      },
    })
  })

  it('fails with relay-refused and says so, when neither page nor relay has a VAPID key', async () => {
    world.relay.next.GET.push(() => Response.json({ vapidPublicKey: null, tickets: 'off' }))
    expect(await outcomeOf(world, visit().register())).toMatchObject({
      error: { code: 'relay-refused', cause: 'no-vapid-key', message: expect.stringContaining('no-vapid-key') },
    })
  })
})

describe('a registration that the relay refuses', () => {
  it.each([
    [400, 'invalid_record'],
    [403, 'registration_key_mismatch'],
    [403, 'origin_not_allowed'],
    [422, 'push_service_not_accepted'],
  ])('is dropped on %i %s, with the reason in status() on every later visit', async (status, code) => {
    const reason = code.replaceAll('_', '-')
    world.relay.next.POST.push(problem(status, code))
    await outcomeOf(world, visit().register())
    world.goOnline()
    world.show()
    await world.pass(2 * hour)
    const next = await returnTo(world)
    await world.pass(2 * hour)
    expect(posts()).toHaveLength(1)
    expect(await world.settled(next.status())).toMatchObject({ state: 'subscribed', reason })
  })

  it.each([
    [400, 'invalid_record'],
    [403, 'registration_key_mismatch'],
    [422, 'push_service_not_accepted'],
  ])('has the reason in status() at once, on %i %s', async (status, code) => {
    world.relay.next.POST.push(problem(status, code))
    const push = visit()
    await outcomeOf(world, push.register())
    expect(await world.settled(push.status())).toMatchObject({
      state: 'subscribed',
      reason: code.replaceAll('_', '-'),
    })
  })

  it('reports a push service that is not accepted as a status, not as an error', async () => {
    world.host = 'updates.push.services.mozilla.com'
    world.relay.next.POST.push(problem(422, 'push_service_not_accepted'))
    expect(await outcomeOf(world, visit().register())).toMatchObject({
      state: 'subscribed',
      reason: 'push-service-not-accepted',
    })
  })

  it('is tried again by the next register()', async () => {
    world.relay.next.POST.push(problem(403, 'origin_not_allowed'))
    const push = visit()
    await outcomeOf(world, push.register())
    expect((await outcomeOf(world, push.register())).state).toBe('registered')
    expect(await reasonOf(world, push)).toBeFalsy()
  })

  it('writes no endpoint and no key into the error', async () => {
    world.relay.next.POST.push(problem(400, 'invalid_record'))
    const { error } = await outcomeOf(world, visit().register())
    const text = `${String(error)} ${error instanceof Error ? `${error.stack} ${JSON.stringify(error)} ${error.cause}` : ''}`
    const live = world.push().live
    for (const secret of [live?.endpoint, live?.toJSON().keys?.auth]) expect(text).not.toContain(secret)
  })
})

describe('tickets', () => {
  it('come from the site, for the objectId, and travel as Bearer', async () => {
    const ticket = vi.fn(async (objectId: string) => `ticket-for-${objectId}`)
    await registered(world, { ticket })
    expect(ticket).toHaveBeenCalledWith('ct-1')
    expect(posts()[0]?.headers.get('Authorization')).toBe('Bearer ticket-for-ct-1')
  })

  it('are asked for anew when one has expired', async () => {
    let made = 0
    world.relay.next.POST.push(problem(401, 'ticket_invalid'))
    const push = visit({ ticket: () => `ticket-${++made}` })
    await outcomeOf(world, push.register())
    await world.pass(5 * minute)
    expect(posts().length).toBeGreaterThan(1)
    const [first, second] = posts()
    expect(second?.headers.get('Authorization')).toMatch(/^Bearer ticket-\d+$/)
    expect(second?.headers.get('Authorization')).not.toBe(first?.headers.get('Authorization'))
    expect(await stateOf(world, push)).toBe('registered')
  })

  it('are named as the reason when the relay wants one and the site has none', async () => {
    world.relay.always = undefined
    world.relay.next.POST.push(problem(401, 'ticket_required'))
    const push = visit()
    await outcomeOf(world, push.register())
    expect(await world.settled(push.status())).toMatchObject({ state: 'subscribed', reason: 'ticket-required' })
  })

  it('that never come do not hold up the page for ever', async () => {
    const push = visit({ ticket: () => new Promise<string>(() => {}) })
    await outcomeOf(world, push.register())
    expect(await stateOf(world, push)).toBe('subscribed')
  })
})
