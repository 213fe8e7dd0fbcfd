import { describe, expect, it } from 'vitest'
import { type ProfileFinding, readProfile } from '../../../src/relay/clevertap/profile.ts'

const read = (body: string, status = 200): ProfileFinding =>
  readProfile({ kind: 'answered', status, body, retryAfter: undefined }, '__a')
const profile = JSON.stringify({
  status: 'success',
  record: { platformInfo: [{ platform: 'Android', objectId: '__a', push_token: 'token-of-a' }] },
})

describe("the answer of CleverTap's profile API", () => {
  it.each([
    ['as documented', profile],
    ['behind a byte order mark', `\uFEFF${profile}`],
  ])('has the token of the device: %s', (_, body) => {
    expect(read(body)).toEqual({ kind: 'token', token: 'token-of-a', platform: 'Android' })
  })

  it.each([
    [401, { kind: 'unauthorized' }],
    [403, { kind: 'unauthorized' }],
    [429, { kind: 'throttled' }],
    [503, { kind: 'unreadable', reason: 'HTTP 503' }],
    [530, { kind: 'no-profile' }],
  ])('with fail and code %i under a 200 means what it says, and no missing profile but for 530', (code, finding) => {
    expect(read(JSON.stringify({ status: 'fail', error: 'no', code }))).toEqual(finding)
  })

  it('without a record, and HTTP 404, mean that there is no such profile', () => {
    expect(read('{"status":"success"}')).toEqual({ kind: 'no-profile' })
    expect(read('', 404)).toEqual({ kind: 'no-profile' })
  })

  it('that is no JSON says nothing', () => {
    expect(read('<html></html>')).toEqual({ kind: 'unreadable', reason: 'not the documented JSON' })
  })
})
