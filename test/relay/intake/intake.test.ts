import { describe, expect, it } from 'vitest'
import { readUpload } from '../../../src/relay/intake/backend.ts'
import { browserEntry, readSubscription } from '../../../src/relay/intake/browser.ts'
import { isNestedDeeper, isTextNestedDeeper, withoutDeeper } from '../../../src/relay/intake/nesting.ts'
import { typeOfHost } from '../../../src/relay/intake/push-type.ts'
import { nativeRecord, subscription } from '../http/sample-records.ts'

describe('the type of a push service', () => {
  const types = [
    { host: '*.example.com', type: 'wns' },
    { host: 'a.example.com', type: 'apns' },
    { host: 'fcm.googleapis.com', type: 'fcm' },
    { host: 'localhost:9443', type: 'chrome' },
  ] as const

  it.each([
    ['jmt17.google.com', 'chrome'],
    ['fcm.googleapis.com', 'fcm'],
    ['a.example.com', 'apns'],
    ['b.c.example.com', 'wns'],
    ['example.com', undefined],
    ['badexample.com', undefined],
    ['b.example.com:444', undefined],
    ['localhost:9443', 'chrome'],
    ['localhost', undefined],
    ['fcm.googleapis.com:444', undefined],
    ['__proto__', undefined],
  ])('finds for the push service %s the type %s', (host, type) => {
    expect(typeOfHost(host, types)).toBe(type)
  })
})

describe('a browser’s record', () => {
  it('becomes a live entry that may replace, proved or not', () => {
    const read = readSubscription(subscription('__user'), [])
    if (!read.ok) throw new Error(read.code)
    const { token } = read.subscription
    expect(
      browserEntry(read.subscription, { id: 'A', takeover: 'refuse', keyIdleMs: 30 * 86_400_000 }, 'unproved'),
    ).toEqual({
      account: 'A',
      objectId: '__user',
      token,
      priority: 'live',
      sender: 'unproved',
      claim: { idleDays: 30, always: false },
      replaceLive: true,
      warnings: ['objectId looks like an Android CleverTap ID, but the token is of type chrome'],
    })
  })

  it('may say null where it replaces nothing', () => {
    expect(readSubscription(subscription('u', { replaces: null }), []).ok).toBe(true)
  })
})

describe('a backend’s body', () => {
  it('becomes trusted live entries', () => {
    const read = readUpload({ d: [nativeRecord('-user', 'token-1')], more: 1 }, 'A')
    expect(read).toEqual({
      ok: true,
      entries: [
        {
          account: 'A',
          objectId: '-user',
          token: { id: 'token-1', type: 'fcm' },
          priority: 'live',
          sender: 'trusted',
          replaceLive: true,
          warnings: ['objectId looks like an iOS CleverTap ID, but the token is of type fcm'],
        },
      ],
      unprocessed: [],
    })
  })

  it.each([{ type: 'token' }, { tokenData: {} }, { objectId: 'x' }, { d: 7, objectId: 'x' }])(
    'is one bare record when it is %j',
    (body) => {
      expect(readUpload(body, 'A')).toMatchObject({ ok: true, unprocessed: [{ record: body }] })
    },
  )
})

describe('nesting', () => {
  it.each([
    [7, 0, false],
    [[], 0, false],
    [[1], 0, true],
    [[1], 1, false],
    [{ a: [{ b: 1 }] }, 3, false],
    [{ a: [{ b: 1 }] }, 2, true],
  ])('of %j is deeper than %i: %s', (value, levels, deeper) => {
    expect(isNestedDeeper(value, levels)).toBe(deeper)
  })

  it.each([
    [7, 0, false],
    [[], 0, true],
    [[[], [], {}], 2, false],
    [{ a: [{ b: 1 }] }, 3, false],
    [{ a: [{ b: 1 }] }, 2, true],
  ])('of the text of %j is deeper than %i: %s', (value, levels, deeper) => {
    expect(isTextNestedDeeper(Buffer.from(JSON.stringify(value)), levels)).toBe(deeper)
  })

  it('of JSON that is not parsed yet takes no bracket in a text for one', () => {
    expect(isTextNestedDeeper(Buffer.from(JSON.stringify(['[[{{', '"[', '\\', '\\"[['])), 1)).toBe(false)
  })

  it('is cut below a level, with null in place of what is cut', () => {
    const value = JSON.parse('{"a":[1,{"b":2},[]],"__proto__":{"c":{}}}')
    expect(JSON.stringify(withoutDeeper(value, 2))).toBe('{"a":[1,null,null],"__proto__":{"c":null}}')
    expect(withoutDeeper(value, 3)).toEqual(value)
  })

  it('of half a million levels needs no stack', () => {
    expect(isNestedDeeper(JSON.parse(`${'['.repeat(500_000)}${']'.repeat(500_000)}`), 100)).toBe(true)
  })
})
