import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

  it('does without where an element has the name of the cookie, or cookies are blocked', () => {
    world.set('document', Object.freeze({ cookie: {} }))
    writeKeyCookie('ct-1', 'key')
    expect(readKeyCookie('ct-1')).toBe('')
  })
})
