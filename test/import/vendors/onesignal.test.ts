import { describe, expect, it } from 'vitest'
import { fixture, ids, imported, record } from './imported.ts'

const players = fixture('onesignal.csv')
const on = 'external_user_id=identity'

describe('a OneSignal export', () => {
  it('and a list of CleverTap IDs become uploaded tokens in one command', async () => {
    const { code, err, summary, received, rejected } = await imported('players.csv', players, { on })
    expect(err).toContain(
      'a OneSignal export, by its columns: CSV with commas: type from "device_type", id from "identifier"',
    )
    expect(summary).toEqual({
      read: 10,
      queued: 4,
      unchanged: 0,
      rejected: {},
      skipped: { dead: 1, 'other channel': 1, 'no token': 1, 'opted out': 1, 'older token': 1 },
      unmatched: 1,
    })
    expect(received).toEqual([
      record('-ios-1', 'apns', 'ios-token'),
      record('__android-1', 'fcm', 'android-token'),
      record('__android-4', 'fcm', 'newest-token'),
      record('web-2', 'chrome', 'web-token'),
    ])
    expect(rejected).toMatch(/,9,530,the join file has no CleverTap ID for this external_user_id\n$/)
    expect(code).toBe(1)
  })

  it('with several tokens for one profile gives the one that was used last, and says how many were left out', async () => {
    const [header = '', ...rows] = players.trim().split('\n')
    const text = [header, ...rows.toReversed()].join('\n')
    const { err, received } = await imported('players.csv', text, { on })
    expect(received).toContainEqual(record('__android-4', 'fcm', 'newest-token'))
    expect(err).toContain('1 token was left out, because a profile has one token and the import has a newer one for it')
  })

  it('without dates gives the last of several tokens, and counts a row that is there twice as unchanged', async () => {
    const text = players.replaceAll(/202\d-0\d-01 10:00:00 UTC/g, '')
    const { summary, received } = await imported('players.csv', `${text}${text.split('\n')[10]}\n`, { on })
    expect(received).toContainEqual(record('__android-4', 'fcm', 'older-token'))
    expect(summary).toMatchObject({ read: 11, queued: 4, unchanged: 1, skipped: { 'older token': 1 } })
  })

  it('is refused without a join, and never gives its own ids for tokens', async () => {
    const { code, err, received } = await imported('players.csv', players, { argv: ['--type', 'fcm'] })
    expect(err).toContain(
      'this is a OneSignal export, which has no CleverTap IDs: take them from a second file with --join FILE --on external_user_id=COLUMN',
    )
    expect(code).toBe(2)
    expect(received).toEqual([])
  })

  it.each([
    ['identifier,', 'ident,', 'has no column identifier among "id", "ident", "session_count"'],
    ['device_type', 'platform', 'has no column device_type among'],
    ['invalid_identifier', 'invalid', 'has no column invalid_identifier among'],
  ])('is refused with the name of what is missing where %s is %s', async (name, other, message) => {
    const { code, err } = await imported('players.csv', players.replace(name, other), { on })
    expect(err).toContain(`this looks like a OneSignal export, but ${message}`)
    expect(code).toBe(2)
  })

  it('is refused with the name of a join column that one of the files does not have', async () => {
    const left = await imported('players.csv', players, { on: 'user=identity' })
    expect(left.err).toContain(
      '--on: there is no column or member user in the import; in a OneSignal export the user ID is usually external_user_id',
    )
    const right = await imported('players.csv', players, { on: 'external_user_id=mail' })
    expect(right.err).toContain('there is no column mail among "identity", "clevertap_id"')
    expect([left.code, right.code]).toEqual([2, 2])
  })

  it('rejects a web row without its key with 535', async () => {
    const text = players.replace(/BLc4[^,\n]+/, '')
    expect((await imported('players.csv', text, { on })).summary).toMatchObject({ rejected: { 535: 1 } })
  })

  it('may have the CleverTap ID in a column of its own, or inside of its tags', async () => {
    const { received } = await imported('players.csv', players, { argv: ['--map', 'objectId=external_user_id'] })
    expect(received).toContainEqual(record('u2', 'chrome', 'web-token'))
    const tagged = players.replaceAll('plan', 'ct').replaceAll('gold', '__tagged')
    const from = await imported('players.csv', tagged, { argv: ['--map', 'objectId=tags.ct'] })
    expect(from.received).toContainEqual(record('__tagged', 'fcm', 'newest-token'))
  })

  it('that a spreadsheet has saved is imported: byte order mark, semicolons, dates of its own, empty rows, one more column', async () => {
    const [header = '', ...rows] = players.trim().split('\n')
    const saved = [`${header},country`, ...rows.map((row, at) => `${row},${at % 2 === 0 ? 'DE' : ','}`)]
      .map((row) => row.replace(/(\d{4})-(\d\d)-(\d\d) 10:00:00 UTC/g, '$3.$2.$1 10:00').replaceAll(',', ';'))
      .join('\r\n')
    const { summary, received } = await imported('players.csv', `\uFEFF${saved}\r\n${';'.repeat(21)}\r\n`, { on })
    expect(summary).toMatchObject({ read: 10, queued: 4, rejected: {}, unmatched: 1 })
    expect(received).toContainEqual(record('web-2', 'chrome', 'web-token'))
    // Day and month cannot be told apart in such dates, so the last of several tokens is taken, as without dates.
    expect(received).toContainEqual(record('__android-4', 'fcm', 'older-token'))
  })

  it('is not taken for live where a spreadsheet has translated what says that a token is dead', async () => {
    const text = players.replaceAll(',t,0,', ',WAHR,0,')
    const { summary, rejected } = await imported('players.csv', text, { on })
    expect(summary).toMatchObject({ rejected: { malformed: 1 }, skipped: expect.not.objectContaining({ dead: 1 }) })
    expect(rejected).toContain('invalid_identifier is neither true nor false')
  })

  it('keeps the token of a phone whose user has a token of another platform as well, and no CleverTap ID for that', async () => {
    const list = 'identity,clevertap_id\nu1,__android-1\n'
    const { summary, received } = await imported('players.csv', players, { on, list })
    expect(received).toEqual([record('__android-1', 'fcm', 'android-token')])
    expect(summary).toMatchObject({ unmatched: 5, skipped: expect.not.objectContaining({ 'older token': 1 }) })
  })

  it('never joins long user IDs that a spreadsheet has shortened to one number, and says so', async () => {
    const text = players.replaceAll(',u1,', ',"4,91511E+13",')
    const short = `${ids}\n"4,91511E+13",__of-somebody-else\n`
    const { code, err, summary, received, rejected } = await imported('players.csv', text, { on, list: short })
    expect(received.map(({ objectId }) => objectId)).toEqual(['__android-4', 'web-2'])
    expect(summary).toMatchObject({ queued: 2, rejected: {}, unmatched: 3 })
    expect(rejected).toContain('its external_user_id is a number in scientific notation, as spreadsheets shorten')
    expect(err).toContain('10 records, 1 of which match nothing, because a spreadsheet has shortened their key')
    expect(code).toBe(1)
  })

  it.each([
    ['upper case', (name: string) => name.toUpperCase()],
    ['words', (name: string) => name.replaceAll('_', ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase())],
    ['camel case', (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())],
  ])('is recognised by columns in %s, by which --on may name them too', async (_, respell) => {
    const [header = '', ...rows] = players.split('\n')
    const text = [header.split(',').map(respell).join(','), ...rows].join('\n')
    const { err, received } = await imported('players.csv', text, { on: `${respell('external_user_id')}=identity` })
    expect(err).toContain(`a OneSignal export, by its columns: CSV with commas: type from "${respell('device_type')}"`)
    expect(received).toHaveLength(4)
    expect((await imported('players.csv', text, { on })).received).toEqual(received)
  })

  it.each(['id,identifier,device_type,external_user_id', 'ID,Identifier,External User ID'])(
    'of which few columns are left never gives its own ids for tokens: %s',
    async (header) => {
      const argv = ['--map', `objectId=${header.split(',').at(-1)}`, '--type', 'fcm']
      const { code, err, received } = await imported('players.csv', `${header}\nuuid,token,1,__a\n`, { argv })
      expect(err).toContain('this looks like a OneSignal export, but has no column')
      expect(code).toBe(2)
      expect(received).toEqual([])
    },
  )

  it.each(['0', '-2', '-10', '-31', '-99'])('has opted out where notification_types is %s', async (types) => {
    const header = 'identifier,device_type,invalid_identifier,external_user_id,notification_types'
    const text = `${header}\nt1,1,f,u1,${types}\nt2,1,f,u2,1\nt3,1,f,u3,\nt4,1,f,u4,31\n`
    const { summary, received } = await imported('players.csv', text, { on })
    expect(summary).toMatchObject({ queued: 3, skipped: { 'opted out': 1 } })
    expect(received.map(({ tokenData }) => tokenData.id)).toEqual(['t2', 't3', 't4'])
  })
})
