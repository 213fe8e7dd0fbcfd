import { describe, expect, it } from 'vitest'
import { fixture, imported, record } from './imported.ts'

const subscriptions = fixture('push-subscriptions.ndjson')

describe('push subscriptions of browsers', () => {
  it('are imported with the objectId beside them: as they are, as a member, and as a string', async () => {
    const { code, err, summary, received } = await imported('subscriptions.ndjson', subscriptions)
    expect(err).toContain('a list of browser push subscriptions, by its members: NDJSON')
    expect(summary).toEqual({
      read: 6,
      queued: 3,
      unchanged: 0,
      rejected: {},
      skipped: { 'other push service': 1, dead: 1, 'no token': 1 },
      unmatched: 0,
    })
    expect(received).toEqual(['1', '2', '3'].map((n) => record(`web-${n}`, 'chrome', `web-token-${n}`)))
    expect(code).toBe(0)
  })

  it('may have the objectId under another name with --map, or from a second file', async () => {
    const text = subscriptions.replaceAll('"objectId"', '"device"')
    const named = await imported('s.ndjson', text, { argv: ['--map', 'objectId=device'] })
    expect(named.received).toHaveLength(3)
    const users = text.replaceAll('"web-', '"u')
    expect((await imported('s.ndjson', users, { on: 'device=identity' })).received).toHaveLength(3)
    const without = await imported('s.ndjson', text)
    expect(without.err).toContain('this is a list of browser push subscriptions, which has no CleverTap IDs')
  })

  it.each([
    ['p256dh', 'key', 'has no member keys.p256dh or'],
    ['auth', 'secret', 'has no member keys.auth or'],
    ['endpoint', 'url', 'has no member endpoint or subscription.endpoint among'],
  ])('are refused with the name of what is missing where %s is %s', async (name, other, message) => {
    const { code, err } = await imported('s.ndjson', subscriptions.replaceAll(name, other))
    expect(err).toContain(`this looks like a list of browser push subscriptions, but ${message}`)
    expect(code).toBe(2)
  })

  it('are rejected with 535 without a key, with 530 without an objectId, and as malformed without https', async () => {
    const text = subscriptions
      .replace(/"p256dh": "[^"]+"/, '"p256dh": ""')
      .replace('"objectId": "web-2"', '"objectId": ""')
      .replace(String.raw`\"https://fcm`, String.raw`\"http://fcm`)
    expect((await imported('s.ndjson', text)).summary).toMatchObject({
      queued: 0,
      rejected: { 530: 1, 535: 1, malformed: 1 },
    })
  })
})
