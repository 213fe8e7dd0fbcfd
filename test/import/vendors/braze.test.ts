import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { fixture, imported, record } from './imported.ts'

const users = fixture('braze.ndjson')
const on = 'external_id=identity'

describe('a Braze export', () => {
  it('becomes one record for each token of a user, and counts users without one apart', async () => {
    const { code, err, summary, received } = await imported('users.ndjson', users, { on })
    expect(err).toContain(
      'a Braze export, by its members: NDJSON: type from push_tokens[].platform, id from push_tokens[].token',
    )
    expect(summary).toEqual({
      read: 6,
      queued: 2,
      unchanged: 0,
      rejected: {},
      skipped: { 'no token': 1, 'other channel': 1, 'opted out': 1 },
      unmatched: 1,
    })
    expect(received).toEqual([record('-ios-1', 'apns', 'ios-token'), record('__android-1', 'fcm', 'android-token')])
    expect(code).toBe(1)
  })

  it('is read as a JSON array as well', async () => {
    const list = `[${users.trim().split('\n').join(',\n')}]`
    expect((await imported('users.json', list, { on })).received).toHaveLength(2)
  })

  it.each([
    ['"token"', '"push_token"', 'has no member push_tokens[].token among "app", "platform", "push_token"'],
    ['"push_tokens"', '"tokens"', 'has no member push_tokens[].token among "external_id", "braze_id", "tokens"'],
    ['"platform"', '"os"', 'has no member push_tokens[].platform among'],
  ])('is refused with the name of what is missing where %s is %s', async (name, other, message) => {
    const { code, err, received } = await imported('users.ndjson', users.replaceAll(name, other), { on })
    expect(err).toContain(`this looks like a Braze export, but ${message}`)
    expect(code).toBe(2)
    expect(received).toEqual([])
  })

  it.each([0, 2])('is read as the answer of /users/export/ids, indented by %i', async (indent) => {
    const list = users
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const text = JSON.stringify({ message: 'success', users: list }, undefined, indent)
    const answer = await imported('users.json', text, { on })
    expect(answer.summary).toEqual((await imported('users.ndjson', users, { on })).summary)
    expect(answer.received).toHaveLength((await imported('users.ndjson', users, { on })).received.length)
  })

  it('is refused without CleverTap IDs, and with a join on a member that it does not have', async () => {
    const without = await imported('users.ndjson', users)
    expect(without.err).toContain('this is a Braze export, which has no CleverTap IDs')
    const wrong = await imported('users.ndjson', users, { on: 'user_id=identity' })
    expect(wrong.err).toContain('--on: there is no column or member user_id in the import')
    expect([without.code, wrong.code]).toEqual([2, 2])
  })

  it('rejects a token without its value or platform, or of an unknown platform, and lists it alone', async () => {
    const tokens =
      '{"platform":"Android"},{"token":"t"},{"platform":"Symbian","token":"t"},{"platform":"iOS","token":"good"}'
    const { summary, rejected } = await imported('u.ndjson', `{"external_id":"u1","push_tokens":[${tokens}]}\n`, { on })
    expect(summary).toMatchObject({ read: 4, queued: 1, rejected: { 532: 1, 533: 1, 535: 1 } })
    const [first = '', ...others] = rejected.trim().split('\n')
    expect(JSON.parse(first)).toMatchObject({ external_id: 'u1', push_tokens: [{ platform: 'Android' }], code: 532 })
    expect(others).toHaveLength(2)
  })

  it.each([
    ['"false"', { skipped: { 'opted out': 1 } }],
    ['0', { skipped: { 'opted out': 1 } }],
    ['"FAUX"', { rejected: { malformed: 1 } }],
    ['null', { queued: 1 }],
    ['"true"', { queued: 1 }],
  ])('with notifications_enabled of %s gives or leaves out its token', async (written, expected) => {
    const text = `{"external_id":"u1","push_tokens":[{"platform":"Android","token":"t","notifications_enabled":${written}}]}`
    expect((await imported('u.ndjson', text, { on })).summary).toMatchObject({ queued: 0, ...expected })
  })

  it.each([
    ['plain', (text: string) => text],
    ['gzipped', (text: string) => gzipSync(text)],
  ])('is recognised by a first user with 900 kB of attributes, %s', async (_, pack) => {
    const attributes = randomBytes(450_000).toString('hex')
    const [first, second] = [{ external_id: 'u2', custom_attributes: { attributes } }, { external_id: 'u1' }].map(
      (user) => JSON.stringify({ ...user, push_tokens: [{ platform: 'Android', token: 't' }] }),
    )
    const { received } = await imported('u.ndjson', pack(`${first}\n${second}\n`), { on })
    expect(received).toEqual([record('__android-1', 'fcm', 't'), record('__android-2', 'fcm', 't')])
  })

  it('never takes a number for a token that JSON has rounded', async () => {
    const text = '{"external_id":"u1","push_tokens":[{"platform":"Android","token":12345678901234567890}]}'
    expect((await imported('u.ndjson', text, { on })).summary).toMatchObject({ queued: 0, rejected: { malformed: 1 } })
  })
})
