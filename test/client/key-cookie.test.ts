import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readKeyCookie, writeKeyCookie } from '../../src/client/key-cookie.ts'
import { type BrowserWorld, openBrowserWorld } from '../fakes/browser-world.ts'

let world: BrowserWorld
beforeEach(() => {
  world = openBrowserWorld()
})
afterEach(() => world.leave())

const none = { objectId: '', key: '', isOff: false }

describe('the cookie of the registration key', () => {
  it('gives the registration that was written, and whether the user has unregistered on this host', () => {
    writeKeyCookie('ct-1', 'key', false)
    expect(readKeyCookie()).toEqual({ objectId: 'ct-1', key: 'key', isOff: false })
    writeKeyCookie('ct-1', 'key', true)
    expect(readKeyCookie()).toEqual({ objectId: 'ct-1', key: 'key', isOff: true })
    world.set('location', { ...location, host: 'www.shop.example' })
    expect(readKeyCookie()).toEqual({ objectId: 'ct-1', key: 'key', isOff: false })
  })

  it('carries an objectId with characters that a cookie cannot hold', () => {
    writeKeyCookie('a;b=c|d', 'key', false)
    expect(readKeyCookie()).toMatchObject({ objectId: 'a;b=c|d', key: 'key' })
  })

  it('is written again on the domain that it is on, so that the browser renews it', () => {
    writeKeyCookie('ct-1', 'key', false)
    const write = vi.spyOn(document, 'cookie', 'set')
    writeKeyCookie('ct-1', 'key', false)
    expect(write.mock.lastCall?.[0]).toContain('pushferry_key=ct-1|key|;Domain=shop.example;')
    expect(readKeyCookie()).toMatchObject({ key: 'key' })
  })

  it('is as none where it is damaged', () => {
    world.cookie = 'pushferry_key=%|key|'
    expect(readKeyCookie()).toEqual({ ...none, key: 'key' })
  })

  it('does without where an element has the name of the cookie, or cookies are blocked', () => {
    world.set('document', Object.freeze({ cookie: {} }))
    writeKeyCookie('ct-1', 'key', false)
    expect(readKeyCookie()).toEqual(none)
  })

  it.each(['get', 'set'] as const)('does without where the browser throws when a page would %s cookies', (access) => {
    const accessors = { get: () => '', set: () => {} }
    Object.defineProperty(document, 'cookie', {
      ...accessors,
      [access]: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    writeKeyCookie('ct-1', 'key', false)
    expect(readKeyCookie()).toEqual(none)
  })
})
