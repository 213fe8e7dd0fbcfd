import { describe, expect, it } from 'vitest'
import { fixture, ids, imported, record } from './imported.ts'

const registrations = fixture('azure.ndjson')
const on = 'tags.user=identity'

describe('registrations of Azure Notification Hubs', () => {
  it('are imported, joined by a tag; those of other platforms and expired ones are counted apart', async () => {
    const { code, err, summary, received } = await imported('registrations.ndjson', registrations, { on })
    expect(err).toContain('a list of Azure Notification Hubs registrations, by its members: NDJSON')
    expect(summary).toEqual({
      read: 8,
      queued: 4,
      unchanged: 0,
      rejected: {},
      skipped: { 'other push service': 1, 'other channel': 1, dead: 1 },
      unmatched: 1,
    })
    expect(received).toEqual([
      record('-ios-1', 'apns', 'ios-token'),
      record('web-1', 'chrome', 'web-token-1'),
      record('web-2', 'chrome', 'web-token-2'),
      record('web-4', 'chrome', 'web-token-4'),
    ])
    expect(code).toBe(1)
  })

  it('take Firefox where an operator has mapped its push service', async () => {
    const env = { PUSHFERRY_WEB_TYPES: 'updates.push.services.mozilla.com=chrome' }
    const { received } = await imported('r.ndjson', registrations, { on, env })
    expect(received).toContainEqual(record('web-3', 'chrome', 'firefox-token'))
  })

  it('are joined by the user ID of an installation, or by the tag for it', async () => {
    const text = registrations.replaceAll('"user:u1"', '"$UserId:{u1}"')
    const { received } = await imported('r.ndjson', text, { on: 'userId=identity' })
    expect(received.map(({ objectId }) => objectId)).toEqual(['-ios-1', 'web-1', 'web-4'])
  })

  it.each([
    ['"p256dh"', '"key"', 'has no member p256dh or pushChannel.p256dh among'],
    ['"auth"', '"secret"', 'has no member auth or pushChannel.auth among'],
    ['"endpoint"', '"url"', 'has no member endpoint or pushChannel.endpoint among'],
  ])('are refused with the name of what is missing where %s is %s', async (name, other, message) => {
    const { code, err } = await imported('r.ndjson', registrations.replaceAll(name, other), { on })
    expect(err).toContain(`this looks like a list of Azure Notification Hubs registrations, but ${message}`)
    expect(code).toBe(2)
  })

  it('without one of their keys are rejected with 535', async () => {
    const text = registrations.replace(/"auth": "[^"]+"/, '"auth": ""')
    expect((await imported('r.ndjson', text, { on })).summary).toMatchObject({ queued: 3, rejected: { 535: 1 } })
  })

  it.each([
    { kind: 'GcmTemplate', gcmRegistrationId: 'token', expected: record('__android-1', 'fcm', 'token') },
    { kind: 'FcmV1', fcmV1RegistrationId: 'token', expected: record('__android-1', 'fcm', 'token') },
    { kind: 'AppleTemplate', deviceToken: 'token', expected: record('-ios-1', 'apns', 'token') },
    { kind: 'Windows', channelUri: 'https://a.example/t', expected: record('~win-1', 'wns', 'https://a.example/t') },
    { kind: 'Mpns', channelUri: 'https://a.example/t', expected: record('~win-1', 'mpns', 'https://a.example/t') },
  ])('of the kind $kind give its token, also if the list has no browsers', async ({ expected, ...registration }) => {
    const list = `${ids}\nu1,~win-1\n`
    const text = JSON.stringify({ registrationId: '1', etag: '1', tags: ['user:u1'], ...registration })
    expect((await imported('r.ndjson', text, { on, list })).received).toEqual([expected])
  })

  it.each([
    ['apns', record('-ios-1', 'apns', 'token')],
    ['fcmV1', record('__android-1', 'fcm', 'token')],
    ['gcm', record('__android-1', 'fcm', 'token')],
  ])('that are installations give the token of the platform %s', async (platform, expected) => {
    const text = JSON.stringify({ installationId: '1', userId: 'u1', platform, pushChannel: 'token' })
    expect((await imported('r.ndjson', text, { on: 'userId=identity' })).received).toEqual([expected])
  })

  it('that have expired are dead, also if the list has booleans and times as strings', async () => {
    const own = { installationId: '1', userId: 'u1', platform: 'apns', pushChannel: 'token' }
    const lines = [
      { ...own, expiredPushChannel: 'True' },
      { ...own, expirationTime: '1600000000000' },
    ]
    const text = lines.map((line) => JSON.stringify(line)).join('\n')
    const { summary } = await imported('r.ndjson', text, { on: 'userId=identity' })
    expect(summary).toMatchObject({ queued: 0, skipped: { dead: 2 } })
  })
})
