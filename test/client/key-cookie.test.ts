import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readKeyCookie, writeKeyCookie } from '../../src/client/key-cookie.ts'
import { type BrowserWorld, enterBrowserWorld } from '../fakes/browser-world.ts'

let world: BrowserWorld
beforeEach(() => {
  world = enterBrowserWorld()
})
afterEach(() => world.leave())

describe('the cookie of the registration key', () => {
  it('gives the key of the objectId that it was written for, and of no other', () => {
    writeKeyCookie('ct-1', 'key')
    expect(readKeyCookie('ct-1')).toBe('key')
    expect(readKeyCookie('ct-2')).toBe('')
    expect(readKeyCookie('ct')).toBe('')
  })

  it('carries an objectId with characters that a cookie cannot hold', () => {
    writeKeyCookie('a;b=c:d', 'key')
    expect(readKeyCookie('a;b=c:d')).toBe('key')
  })

  it('is written again on the domain that it is on, so that the browser renews it', () => {
    writeKeyCookie('ct-1', 'key')
    const write = vi.spyOn(document, 'cookie', 'set')
    writeKeyCookie('ct-1', 'key')
    expect(write.mock.lastCall?.[0]).toContain('pushferry_key=ct-1:key;Domain=shop.example;')
    expect(readKeyCookie('ct-1')).toBe('key')
  })

  it('does without where an element has the name of the cookie, or cookies are blocked', () => {
    world.set('document', Object.freeze({ cookie: {} }))
    writeKeyCookie('ct-1', 'key')
    expect(readKeyCookie('ct-1')).toBe('')
  })

  it.each(['get', 'set'] as const)('does without where the browser throws when a page would %s cookies', (access) => {
    const accessors = { get: () => '', set: () => {} }
    Object.defineProperty(document, 'cookie', {
      ...accessors,
      [access]: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    writeKeyCookie('ct-1', 'key')
    expect(readKeyCookie('ct-1')).toBe('')
  })
})
