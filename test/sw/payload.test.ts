import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPush } from '../../sw/payload.ts'
import { cleverTapPush, declarativePush, scope } from './display-worker.ts'

const now = 1_763_900_000_000
const read = (payload: unknown, settings = {}) => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const [title, options, viewed, badge] = readPush(text, scope, settings, now) ?? []
  return title === undefined ? undefined : { title, options, viewed, badge }
}

describe('a CleverTap push', () => {
  it('is shown with its title, its options and its buttons', () => {
    expect(read(cleverTapPush)).toMatchObject({
      title: 'Half price until Sunday',
      options: {
        body: 'Coats and boots',
        icon: 'https://shop.example/icon.png',
        requireInteraction: true,
        actions: [
          { action: 'action1', title: 'Coats' },
          { action: 'action2', title: 'Later' },
        ],
      },
    })
  })

  it('gets the time appended to its wzrk_id, as by CleverTap’s worker', () => {
    expect(read(cleverTapPush)?.options?.data.wzrk_id).toBe(`1700000000_20261123_${now}`)
  })

  it('asks for the viewed request', () => {
    expect(read(cleverTapPush)?.viewed).toBe('https://eu1.clevertap-prod.com/r?e=AbC&c=dEf&br=Chrome')
  })

  it.each(['wzrk_id', 'redirectPath', 'raiseNotificationViewedPath'])('is shown where its %s has no text', (name) => {
    const noText = { toString: 1, valueOf: 1 }
    const { data } = cleverTapPush.notificationOptions
    const damaged = { ...cleverTapPush, [name]: noText }
    damaged.notificationOptions = { ...damaged.notificationOptions, data: { ...data, [name]: noText } }
    expect(read(damaged)).toMatchObject({ title: 'Half price until Sunday' })
  })

  it('without a title is shown under the name of the site', () => {
    const { title: _, ...untitled } = cleverTapPush
    expect(read(untitled)).toMatchObject({ title: 'shop.example', options: { body: 'Coats and boots' } })
  })

  it.each(['', 7, {}, null])('with the title %j is shown under the name of the site', (title) => {
    expect(read({ ...cleverTapPush, title })?.title).toBe('shop.example')
  })

  it.each([
    [{ redirectPath: 'https://eu1.clevertap-prod.com/br?e=1' }],
    [{ raiseNotificationViewedPath: 'https://eu1.clevertap-prod.com/r?e=1' }],
    [{ wzrk_acct_id: 'A' }],
    [{ ct: 'pn' }],
    [{ notificationOptions: { data: { wzrk_id: '1_20261123' } } }],
  ])('is recognised by notificationOptions and %j', (member) => {
    expect(read({ title: 'A', notificationOptions: {}, ...member }, { foreign: 'ignore' })?.title).toBe('A')
  })
})

describe('a Declarative Web Push message', () => {
  it('is shown as it says', () => {
    expect(read(declarativePush)).toMatchObject({
      title: 'New message',
      badge: 3,
      options: {
        body: 'From Ada',
        icon: '/ada.png',
        lang: 'en',
        dir: 'ltr',
        tag: 'inbox',
        silent: true,
        actions: [{ action: 'archive', title: 'Archive' }],
        data: { thread: 1 },
      },
    })
  })

  it('keeps its links from the browser, which would follow them without telling the worker', () => {
    const options = read(declarativePush)?.options
    expect(options).toHaveProperty('navigate', undefined)
    expect(Object(options).actions).toEqual([{ action: 'archive', title: 'Archive', navigate: undefined }])
  })

  it('keeps data that is no object', () => {
    const message = { web_push: 8030, notification: { title: 'A', navigate: '/', data: 'seven' } }
    expect(read(message)?.options?.data.data).toBe('seven')
  })

  it.each([
    [{ app_badge: 0 }, 0],
    [{ app_badge: '4' }, 4],
    [{ notification: { title: 'A', app_badge: '1' } }, 1],
    [{}, Number.NaN],
    [{ app_badge: 'many' }, Number.NaN],
  ])('%j sets the badge to %d', (more, badge) => {
    expect(read({ web_push: 8030, notification: { title: 'A' }, ...more })?.badge).toBe(badge)
  })

  it.each([[{}], [{ notification: 'no' }], [{ notification: { navigate: '/' } }]])(
    'without a title is shown under the name of the site: %j',
    (more) => {
      expect(read({ web_push: 8030, ...more }, { foreign: 'ignore' })?.title).toBe('shop.example')
    },
  )
})

describe('a push that nobody can read', () => {
  it.each(['', '{"title":"Half pri', '[1, 2', ' {'])(
    '%j is shown under the name of the site, whatever was set',
    (text) => {
      expect(read(text)).toMatchObject({ title: 'shop.example', options: { body: '' } })
      expect(read(text, { foreign: 'ignore' })).toBeDefined()
    },
  )

  it('shows a plain text as it is', () => {
    expect(read('Test push message from DevTools.')?.options?.body).toBe('Test push message from DevTools.')
  })
})

describe('another vendor’s push', () => {
  const foreign = [
    { notification: { title: 'Hello', body: 'World' }, from: '1' },
    { custom: { i: '1' }, title: 'Hello', alert: 'World' },
    { notificationOptions: { body: 'no mark of CleverTap' } },
    { redirectPath: 'https://a.example/' },
    '[]',
    'null',
    '7',
  ]

  it.each(foreign)('%j is left to its listener when told to', (payload) => {
    expect(read(payload, { foreign: 'ignore' })).toBeUndefined()
  })

  it.each(foreign)('%j is shown when nothing was set, because a push must show something', (payload) => {
    expect(read(payload)?.title).toMatch(/^(Hello|shop\.example)$/)
  })

  it('is never reported to CleverTap', () => {
    const paths = { raiseNotificationViewedPath: 'https://a.example/viewed', redirectPath: 'https://a.example/clicked' }
    const display = read({ title: 'A', ...paths })
    expect(display?.viewed).toBeUndefined()
    expect(display?.options?.data.pushferry[0].report).not.toContain('https:')
  })
})

describe('whatever arrives', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('', '\ud800', 'javascript:alert(1)', 'https://a.example/'))
  const names = [
    'title,notificationOptions,notification,deepLink,redirectPath,raiseNotificationViewedPath,web_push,app_badge',
    'body,actions,action,data,wzrk_id,navigate,pushferry,__proto__',
  ].flatMap((some) => some.split(','))
  const nested = fc.dictionary(fc.constantFrom(...names), fc.oneof(odd, fc.dictionary(fc.constantFrom(...names), odd)))

  it('something with a title and a plan for the click comes out, and nothing throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          nested.map((value) => JSON.stringify(value)),
        ),
        (text) => {
          const display = read(text)
          expect(display?.title).toBeTruthy()
          const { data, actions } = structuredClone(Object(display?.options))
          expect(data.pushferry).toHaveLength(actions.length + 1)
          for (const { url } of data.pushferry) expect(url).toMatch(/^https?:\/\//)
        },
      ),
      { examples: [['{"actions":[[null]]}']] },
    )
  })
})
