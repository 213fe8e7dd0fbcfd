import { describe, expect, it } from 'vitest'
import { explainHealth } from '../../../../src/relay/operations/status/health-cause.ts'

describe('why uploads do not go through', () => {
  it('explains nothing while uploads work', () => expect(explainHealth('ok', 'HTTP 503')).toBeNull())

  it.each([
    ['CleverTap refuses the credentials (HTTP 403): check account id, passcode and region', 'HTTP 403'],
    [null, 'HTTP 401'],
  ])('are the credentials when the account is suspended (%s)', (reason, status) => {
    const { cause, remedy } = explainHealth('suspended', reason) ?? { cause: '', remedy: '' }
    expect(cause).toContain(status)
    expect(remedy).toMatch(/CLEVERTAP_PASSCODE.*pushferry check/)
  })

  it.each([
    ['time-out', /in time/],
    ['ECONNREFUSED', /CLEVERTAP_URL/],
    ['ENOTFOUND', /CLEVERTAP_REGION/],
    ['CERT_HAS_EXPIRED', /NODE_EXTRA_CA_CERTS/],
    ['not the documented JSON', /proxy/],
    ['HTTP 503', /errors \(HTTP 503\)/],
    ['HTTP 302', /redirects/],
    ['HTTP 404', /CLEVERTAP_URL/],
    ['ESOMETHING', /ESOMETHING/],
    [null, /fail/],
  ])('is said in words, with what to do, for %s', (reason, words) => {
    const { cause, remedy } = explainHealth('failing', reason) ?? { cause: '', remedy: '' }
    expect(`${cause} ${remedy}`).toMatch(words)
    expect(remedy).toMatch(/\.$/)
    expect(cause).not.toMatch(/\.$/)
  })
})
