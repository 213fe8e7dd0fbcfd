import { describe, expect, it } from 'vitest'
import { fixture, imported, record } from './imported.ts'

const files = { CSV: fixture('profile-export.csv'), NDJSON: fixture('profile-export.ndjson') }

describe.each(Object.entries(files))('a CleverTap Profile Export in %s', (format, profiles) => {
  const by = format === 'CSV' ? 'columns' : 'members'

  it('is imported under its own CleverTap IDs, of which the prefix tells the type', async () => {
    const { code, err, summary, received } = await imported('profiles', profiles)
    expect(err).toContain(`a CleverTap Profile Export, by its ${by}: ${format}`)
    expect(summary).toEqual({
      read: 6,
      queued: 3,
      unchanged: 0,
      rejected: {},
      skipped: { 'no token': 1, 'other channel': 1, 'opted out': 1 },
      unmatched: 0,
    })
    expect(received).toEqual([
      record('-old-1', 'apns', 'ios-token'),
      record('__old-1', 'fcm', 'android-token'),
      record('__old-9', 'fcm', 'stranger-token'),
    ])
    expect(code).toBe(0)
  })

  it('refuses a MSG-push that a spreadsheet has translated, and takes an empty one for none', async () => {
    const text = profiles.replace(/("?false"?)/, (written) => written.replace('false', 'FALSCH'))
    const { summary, rejected } = await imported('profiles', text.replace(/true/, ''))
    expect(summary).toMatchObject({ queued: 3, rejected: { malformed: 1 } })
    expect(rejected).toContain('MSG-push is neither true nor false')
  })

  it('is imported under the CleverTap IDs of another account, joined by identity', async () => {
    const { summary, received } = await imported('profiles', profiles, { on: 'identity' })
    expect(summary).toMatchObject({ queued: 2, unmatched: 1 })
    expect(received).toEqual([record('-ios-1', 'apns', 'ios-token'), record('__android-1', 'fcm', 'android-token')])
  })

  it.each([
    ['clevertapId', 'ct', /has no (?:column|member) clevertapId among "identity"/],
    ['device', 'push', /has no (?:column|member) device\.token among/],
  ])('is refused with the name of what is missing where %s is %s', async (name, other, message) => {
    const text = profiles.replace(new RegExp(String.raw`\b${name}\b`, 'g'), other)
    const { code, err } = await imported('profiles', text)
    expect(err).toMatch(message)
    expect(err).toContain('this looks like a CleverTap Profile Export')
    expect(code).toBe(2)
  })
})

describe('a profile of a CleverTap Profile Export', () => {
  const header = 'identity,all_identities,clevertapId,device,MSG-push,MSG-push-all'

  it('has opted out where it refuses push on all of its devices', async () => {
    const text = `${header}\nu1,,__a,"{""token"":""t1""}",true,false\nu2,,__b,"{""token"":""t2""}",true,true\n`
    const { summary, received } = await imported('profiles', text)
    expect(summary).toMatchObject({ queued: 1, skipped: { 'opted out': 1 } })
    expect(received).toEqual([record('__b', 'fcm', 't2')])
  })

  it('gives a token that is in a list, and the last of several', async () => {
    const devices = ['[{"token":"t1"}]', '{"token":["t2"]}', '[{"token":"t3"},{"token":"t4"}]', '[]']
    const rows = devices.map((device, at) => `u${at},,__${at},"${device.replaceAll('"', '""')}",,`)
    const { summary, received } = await imported('profiles', [header, ...rows].join('\n'))
    expect(summary).toMatchObject({ read: 5, queued: 3, skipped: { 'older token': 1, 'no token': 1 } })
    expect(received.map(({ tokenData }) => tokenData.id)).toEqual(['t1', 't2', 't4'])
  })

  it('is malformed where its device is not JSON', async () => {
    const text = `${header}\nu1,,__a,{'token': 't1'},,\nu2,,__b,NULL,,\n`
    const { code, summary, rejected } = await imported('profiles', text)
    expect(summary).toMatchObject({ queued: 0, rejected: { malformed: 1 }, skipped: { 'no token': 1 } })
    expect(rejected).toContain('device is not JSON')
    expect(code).toBe(1)
  })

  it.each([
    ['identity,clevertapId,device', '"{""token"":""t""}"'],
    ['identity,clevertapId,device.token', 't'],
    ['Identity,CleverTap ID,Device', '"{""token"":""t""}"'],
  ])('is recognised by few columns: %s', async (columns, device) => {
    const text = `${columns}\nu1,__a,${device}\nu2,-b,${device}\n`
    const { err, received } = await imported('profiles', text)
    expect(err).toContain('a CleverTap Profile Export, by its columns')
    expect(received).toEqual([record('-b', 'apns', 't'), record('__a', 'fcm', 't')])
  })
})
