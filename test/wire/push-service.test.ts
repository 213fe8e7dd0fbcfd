import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEndpoint } from '../../src/wire/push-service.ts'

describe('an endpoint', () => {
  it.each([
    ['https://fcm.googleapis.com/fcm/send/abc:APA91', 'fcm.googleapis.com', 'abc:APA91'],
    ['https://fcm.googleapis.com/wp/abc:APA91', 'fcm.googleapis.com', 'abc:APA91'],
    ['https://UPDATES.push.services.mozilla.com/wpush/v2/gAAA', 'updates.push.services.mozilla.com', 'gAAA'],
    ['https://wns2-par02p.notify.windows.com/w/?token=BQY%2b', 'wns2-par02p.notify.windows.com', '?token=BQY%2b'],
    ['https://localhost:9443/send/x', 'localhost:9443', 'x'],
    ['https://[::1]:9443/x', '[::1]:9443', 'x'],
  ])('splits an endpoint into host and id: %s is of %s, with id %s', (endpoint, host, id) => {
    expect(readEndpoint(endpoint)).toEqual({ host, id })
  })

  it.each([
    '',
    'https://',
    'https://fcm.googleapis.com',
    'https://fcm.googleapis.com/',
    'https://fcm.googleapis.com/fcm/send/',
    'http://fcm.googleapis.com/x',
    'https://user@fcm.googleapis.com/x',
    'https://evil.example\\@fcm.googleapis.com/x',
    'https://fcm.googleapis.com/x#y',
    'https://fcm.googleapis.com/x y',
    ' https://fcm.googleapis.com/x',
    'https://fcm.googleapis.com/x\n',
    'javascript:https://fcm.googleapis.com/x',
  ])('reads no endpoint from %j', (endpoint) => {
    expect(readEndpoint(endpoint)).toBeUndefined()
  })

  it('is never taken for Google’s when a browser would go somewhere else', () => {
    const google = 'fcm.googleapis.com'
    const part = fc.constantFrom(google, 'evil.example', ...'.:@/\\?#[]-_ %\t\n', '%2f', '%40', ':443', '。')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const endpoint = `https://${parts.join('')}`
        if (readEndpoint(endpoint)?.host === google) expect(new URL(endpoint).host).toBe(google)
      }),
      { numRuns: 5000 },
    )
  })
})
