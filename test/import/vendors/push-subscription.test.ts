import { describe, expect, it } from 'vitest'
import { auth, fixture, imported, p256dh, record } from './imported.ts'

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
    const joined = await imported('s.ndjson', users, { on: 'device=identity', list: 'identity,ct_id\nu1,w1\nu3,w3\n' })
    expect(joined.received).toEqual([record('w1', 'chrome', 'web-token-1'), record('w3', 'chrome', 'web-token-3')])
    expect(joined.summary).toMatchObject({ unmatched: 1, skipped: { dead: 1 } })
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

  it('are rejected with 535 without a key or without https, and with 530 without an objectId', async () => {
    const text = subscriptions
      .replace(/"p256dh": "[^"]+"/, '"p256dh": ""')
      .replace('"objectId": "web-2"', '"objectId": ""')
      .replace(String.raw`\"https://fcm`, String.raw`\"http://fcm`)
    expect((await imported('s.ndjson', text)).summary).toMatchObject({
      queued: 0,
      rejected: { 530: 1, 535: 2 },
    })
  })

  const apple = 'https://web.push.apple.com/abc'
  const webTypes = { PUSHFERRY_WEB_TYPES: 'web.push.apple.com=apns,*.notify.windows.com=wns' }
  const jsonOf = (keys: unknown) => JSON.stringify({ objectId: 'wt1', endpoint: apple, keys })
  const csvOf = (p256dh: string, auth: string) => `objectId,endpoint,p256dh,auth\nwt1,${apple},${p256dh},${auth}\n`

  it.each([
    ['JSON', 's.ndjson', jsonOf({ p256dh, auth })],
    ['CSV', 's.csv', csvOf(p256dh, auth)],
    ['mapped JSON', 's.json', `[${JSON.stringify({ objectId: 'wt1', web: apple, p256dh, auth })}]`],
  ])('in %s of a push service that is mapped to a type without keys are sent without keys', async (_, name, text) => {
    const argv = name === 's.json' ? ['--map', 'endpoint=web'] : []
    const { summary, received } = await imported(name, text, { env: webTypes, argv })
    expect(summary).toMatchObject({ read: 1, queued: 1, rejected: {} })
    expect(received).toEqual([record('wt1', 'apns', 'abc')])
  })

  it('of such a push service are compared with their keys, and rejected with 535 if one is bad', async () => {
    const other = auth.replace('5', '6')
    const rows = [csvOf(p256dh, auth), `wt1,${apple},${p256dh},${auth}\n`, `wt1,${apple},${p256dh},${other}\n`]
    const argv = ['--replace', '--enqueue-only']
    const { summary } = await imported('s.csv', rows.join(''), { env: webTypes, argv })
    expect(summary).toMatchObject({ read: 3, queued: 2, unchanged: 1 })
    for (const keys of [
      { p256dh, auth: 'short' },
      { p256dh, auth: '' },
    ])
      expect((await imported('s.ndjson', jsonOf(keys), { env: webTypes })).summary).toMatchObject({
        rejected: { 535: 1 },
      })
  })

  it('of a push service that is not mapped are skipped, also in a table and in mapped JSON', async () => {
    const mozilla = 'https://updates.push.services.mozilla.com/wpush/v2/t'
    const skipped = { read: 1, rejected: {}, skipped: { 'other push service': 1 } }
    const table = csvOf(p256dh, auth).replace(apple, mozilla)
    expect((await imported('s.csv', table)).summary).toMatchObject(skipped)
    const mapped = JSON.stringify({ objectId: 'a', web: mozilla, p256dh, auth })
    const argv = ['--map', 'endpoint=web']
    expect((await imported('s.ndjson', mapped, { argv })).summary).toMatchObject(skipped)
  })

  it.each([
    'http://fcm.googleapis.com/fcm/send/t',
    'https://fcm.googleapis.com/',
    'https://fcm.googleapis.com/fcm/send/t?x=1',
    'no',
  ])('with the endpoint %s are rejected with 535, also in a table and in mapped JSON', async (endpoint) => {
    const rejected = { read: 1, rejected: { 535: 1 } }
    expect((await imported('s.csv', csvOf(p256dh, auth).replace(apple, endpoint))).summary).toMatchObject(rejected)
    const subscription = jsonOf({ p256dh, auth }).replace(apple, endpoint)
    expect((await imported('s.ndjson', subscription)).summary).toMatchObject(rejected)
    const mapped = JSON.stringify({ objectId: 'a', web: endpoint, p256dh, auth })
    const argv = ['--map', 'endpoint=web']
    expect((await imported('s.ndjson', mapped, { argv })).summary).toMatchObject(rejected)
  })

  it('are read from a column of JSON, as a database exports them, beside numbers that are no tokens', async () => {
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`
    const rows = subscriptions
      .trim()
      .split('\n')
      .map((line, at) => {
        const { subscription, ...own } = JSON.parse(line)
        const text = typeof subscription === 'string' ? subscription : JSON.stringify(subscription ?? own)
        return `${at},u${at + 1},${cell(text)}`
      })
    const { err, summary, received } = await imported('s.csv', `id,user_id,subscription\n${rows.join('\n')}\n`, {
      on: 'user_id=identity',
    })
    expect(err).toContain(
      'a list of browser push subscriptions, by its columns: CSV with commas: endpoint from "subscription"',
    )
    expect(received).toEqual(['1', '2', '3'].map((n) => record(`web-${n}`, 'chrome', `web-token-${n}`)))
    expect(summary).toMatchObject({ read: 6, queued: 3, skipped: { 'other push service': 1, dead: 1, 'no token': 1 } })
  })

  it('are not looked for in a column of that name without any', async () => {
    const text = 'objectId,type,id,subscription\n__a,fcm,t1,gold\n__b,fcm,t2,\n'
    expect((await imported('t.csv', text)).received).toEqual([record('__a', 'fcm', 't1'), record('__b', 'fcm', 't2')])
  })

  it('that are not JSON are malformed, and those that were stringified twice are read', async () => {
    const json = JSON.stringify({ endpoint: 'https://fcm.googleapis.com/fcm/send/t', keys: { p256dh, auth } })
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`
    const python = json.replaceAll('"', "'")
    const table = ['a', 'b', 'c'].map((id, at) => `${id},${cell([json, JSON.stringify(json), python][at] ?? '')}`)
    const csv = await imported('s.csv', `objectId,subscription\n${table.join('\n')}\nd,\ne,NULL\n`)
    const lines = [json, JSON.stringify(json), python, '', null].map((subscription, at) =>
      JSON.stringify({ objectId: 'abcde'[at], subscription }),
    )
    const ndjson = await imported('s.ndjson', lines.join('\n'))
    for (const { summary, received, rejected } of [csv, ndjson]) {
      expect(summary).toMatchObject({ read: 5, queued: 2, rejected: { malformed: 1 }, skipped: { 'no token': 2 } })
      expect(received).toEqual([record('a', 'chrome', 't'), record('b', 'chrome', 't')])
      expect(rejected).toContain('subscription is not JSON')
    }
  })

  it('that have expired are dead, also if the time is a string', async () => {
    const endpoint = 'https://fcm.googleapis.com/fcm/send/t'
    const times = [null, '', '4102444800000', 1600000000000, '1600000000000', '2020-01-01T00:00:00Z']
    const lines = times.map((expirationTime, at) =>
      JSON.stringify({ objectId: `o${at}`, endpoint, expirationTime, keys: { p256dh, auth } }),
    )
    expect((await imported('s.ndjson', lines.join('\n'))).summary).toMatchObject({ queued: 3, skipped: { dead: 3 } })
  })
})
