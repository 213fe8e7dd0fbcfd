import { describe, expect, it } from 'vitest'
import { fixture, imported, record } from './imported.ts'

const registrations = fixture('azure.ndjson')
const on = 'tags.user=identity'

describe('registrations of Azure Notification Hubs', () => {
  it('are imported where they are of browsers, joined by a tag; others and expired ones are counted apart', async () => {
    const { code, err, summary, received } = await imported('registrations.ndjson', registrations, { on })
    expect(err).toContain('a list of Azure Notification Hubs registrations, by its members: NDJSON')
    expect(summary).toEqual({
      read: 7,
      queued: 3,
      unchanged: 0,
      rejected: {},
      skipped: { 'other push service': 1, 'other channel': 1, dead: 1 },
      unmatched: 1,
    })
    expect(received).toEqual([
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
    expect(received.map(({ objectId }) => objectId)).toEqual(['web-1', 'web-4'])
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
    expect((await imported('r.ndjson', text, { on })).summary).toMatchObject({ queued: 2, rejected: { 535: 1 } })
  })
})
