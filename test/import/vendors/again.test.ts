import { describe, expect, it } from 'vitest'
import { fixture, imported } from './imported.ts'

const exports = [
  ['onesignal.csv', 'external_user_id=identity'],
  ['braze.ndjson', 'external_id=identity'],
  ['sns.json', 'CustomUserData=identity'],
  ['azure.ndjson', 'tags.user=identity'],
  ['profile-export.csv', 'identity'],
  ['profile-export.ndjson', 'identity'],
] as const

describe('the rejected rows of a vendor’s export', () => {
  it.each(exports)('are imported from their file again, with the same result: %s', async (name, on) => {
    const { rejected } = await imported(name, fixture(name), { on })
    const again = await imported(`rejects-${name}`, rejected, { on })
    expect(again.summary).toMatchObject({ read: 1, queued: 0, unmatched: 1 })
    expect(again.rejected).toBe(
      rejected
        .replace(/,\d+,530,/, ',2,530,')
        .replace(/"line":\d+/, `"line":${name.endsWith('json') && !name.endsWith('ndjson') ? 2 : 1}`),
    )
    const found = await imported(`found-${name}`, rejected.replaceAll('u9', 'u1').replaceAll('old-9', 'old-1'), { on })
    expect(found.summary).toMatchObject({ read: 1, queued: 1 })
  })

  const keys = [
    ['onesignal.csv', 'external_user_id=identity', /,u9,/g, ',,'],
    ['braze.ndjson', 'external_id=identity', /"external_id":"u9",/g, ''],
    ['sns.json', 'CustomUserData=identity', /, "CustomUserData": "u9"/g, ''],
    ['azure.ndjson', 'tags.user=identity', /"user:u9", /g, ''],
    ['profile-export.csv', 'identity', /^u9,/gm, ','],
    ['profile-export.ndjson', 'identity', /"identity": "u9", /g, ''],
  ] as const
  it.each(keys)(
    '%s: a token whose user the export does not name is unmatched, and the reason says so',
    async (name, on, user, nobody) => {
      const { summary, rejected } = await imported(name, fixture(name).replace(user, nobody), { on })
      expect(summary).toMatchObject({ rejected: {}, unmatched: 1 })
      expect(rejected).toContain(`the row has no value for ${on.split('=')[0]}, so it cannot be joined`)
    },
  )

  it('a line of an export that is not JSON is malformed again, and so is one that is left alone', async () => {
    const on = 'external_id=identity'
    const { summary, rejected } = await imported('braze.ndjson', `${fixture('braze.ndjson')}{"broken\n`, { on })
    expect(summary).toMatchObject({ rejected: { malformed: 1 }, unmatched: 1 })
    const again = await imported('rejects.ndjson', rejected, { on })
    expect(again.summary).toMatchObject({ read: 2, queued: 0, rejected: { malformed: 1 }, skipped: {}, unmatched: 1 })
    const alone = rejected.split('\n').find((line) => line.includes('broken')) ?? ''
    expect((await imported('alone.ndjson', alone, { on })).summary).toMatchObject({ rejected: { malformed: 1 } })
  })

  it('a document that is cut off is imported from its file of rejected rows, and malformed again', async () => {
    const cut = fixture('sns.json').replace(/("Token": "android-token).*/s, '$1')
    const on = 'CustomUserData=identity'
    const { rejected } = await imported('sns.json', cut, { on })
    expect((await imported('rejects.json', rejected, { on })).summary).toMatchObject({
      read: 1,
      rejected: { malformed: 1 },
    })
  })

  it('the numbers of a record are as they were written, and of its tokens only the rejected one is there', async () => {
    const user = (id: string) => `{"external_id": ${id}, "push_tokens": [${token('a')}, ${token('b')}]}`
    const token = (id: string) => `{"platform": "Android", "token": "${id}", "n": 1.50}`
    const lines = [user('12345678901234567890'), user('7')].join('\n')
    const { rejected } = await imported('braze.ndjson', lines, { on: 'external_id=identity' })
    expect(rejected.match(/"external_id": \S*/g)).toEqual(
      ['12345678901234567890', '12345678901234567890', '7', '7'].map(
        (id) => `"external_id": ${id},"push_tokens":[{"platform":`,
      ),
    )
    expect(rejected.match(/"token": "."(?=, "n": 1.50\}\]\})/g)).toEqual(
      ['a', 'b', 'a', 'b'].map((id) => `"token": "${id}"`),
    )
  })

  it.each([
    [
      'braze.ndjson',
      '{"braze_id":"b","push_tokens":[{"platform":"iOS","token":"t"}]}',
      '"external_id":"u1"',
      'external_id=identity',
    ],
    [
      'subscription.ndjson',
      '{"objectId":"a","subscription":{"endpoint":"https://fcm.googleapis.com/fcm/send/t"}}',
      '',
      undefined,
    ],
    ['endpoint.ndjson', '{"objectId":"a","endpoint":"https://fcm.googleapis.com/fcm/send/t"}', '', undefined],
    ['flat.ndjson', '{"objectId":"a","type":"fcm","id":null}', '', undefined],
  ])('are rejected again where all lack a member that good rows had: %s', async (name, bad, id, on) => {
    const good = fixture(on === undefined ? 'push-subscriptions.ndjson' : 'braze.ndjson').split('\n')[0]
    const first = name.startsWith('flat') ? '{"objectId":"b","type":"fcm","id":"t"}' : good
    const { rejected } = await imported(name, `${first}\n${bad}\n`, { on })
    expect(rejected.trimEnd().split('\n')).toHaveLength(1)
    const again = await imported(name, rejected, { on })
    expect(again.rejected).toBe(rejected.replace('"line":2', '"line":1'))
    if (id === '') return
    const found = await imported(name, rejected.replace('"braze_id"', `${id},"braze_id"`), { on })
    expect(found.summary).toMatchObject({ queued: 1 })
  })
})
