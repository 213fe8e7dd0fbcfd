import { describe, expect, test } from 'vitest'
import { blockedBy, parsePolicies, refusesTrustedTypes } from '../../../src/cli/doctor/csp.ts'

const page = new URL('https://www.example.com/shop/')
const relay = new URL('https://push.example.com/pushferry.min.js')
const script = (csp: string, url = relay, nonce?: string): string | undefined =>
  blockedBy(parsePolicies(csp), 'script-src', url, page, nonce)

describe('what a policy lets through', () => {
  test.each([
    ['no policy at all', ''],
    ['a policy about something else', 'img-src *'],
    ['the host alone', 'script-src push.example.com'],
    ['the host with its scheme', 'script-src https://push.example.com'],
    ['a host with http, for https too', 'script-src http://push.example.com'],
    ['a wildcard host', 'script-src *.example.com'],
    ['a scheme', 'script-src https:'],
    ['everything', 'default-src *'],
    ['any port', 'script-src push.example.com:*'],
    ['the very path', 'script-src push.example.com/pushferry.min.js'],
    ['script-src-elem before script-src', "script-src 'none'; script-src-elem push.example.com"],
  ])('lets the script through: %s', (_, csp) => {
    expect(script(csp)).toBeUndefined()
  })
  test("lets through the tag's own nonce", () => {
    expect(script("script-src 'nonce-abc' 'strict-dynamic'", relay, 'abc')).toBeUndefined()
  })
})

describe('what a policy blocks', () => {
  test.each([
    ["'self' alone", "default-src 'self'", 'default-src'],
    ["'none'", "script-src 'none'", 'script-src'],
    ['an empty list', 'script-src', 'script-src'],
    ['another host', 'script-src cdn.example.com', 'script-src'],
    ['the parent of a wildcard', 'script-src *.push.example.com', 'script-src'],
    ['another port', 'script-src push.example.com:8443', 'script-src'],
    ['another path', 'script-src push.example.com/js/', 'script-src'],
    ['the second of two policies', "script-src *, default-src 'self'", 'default-src'],
    ['a later directive of the same name', "script-src 'self'; script-src *", 'script-src'],
    [
      "hosts beside 'strict-dynamic'",
      "script-src 'strict-dynamic' push.example.com",
      "script-src with 'strict-dynamic'",
    ],
  ])('blocks the script of the page: %s', (_, csp, directive) => {
    expect(script(csp)).toBe(directive)
  })
  test('falls back from worker-src to script-src, and from connect-src to default-src', () => {
    const worker = new URL('https://www.example.com/pushferry-sw.min.js')
    expect(blockedBy(parsePolicies('script-src push.example.com'), 'worker-src', worker, page)).toBe('script-src')
    expect(blockedBy(parsePolicies("default-src 'self'"), 'connect-src', relay, page)).toBe('default-src')
  })
})

test.each([
  ["require-trusted-types-for 'script'", false],
  ["require-trusted-types-for 'script'; trusted-types pushferry", false],
  ["require-trusted-types-for 'script'; trusted-types *", false],
  ["require-trusted-types-for 'script'; trusted-types app", true],
  ["require-trusted-types-for 'script'; trusted-types 'none'", true],
  ['trusted-types app', false],
])('Trusted Types: with %s it is %s that the policy pushferry is refused', (csp, refused) => {
  expect(refusesTrustedTypes(parsePolicies(csp))).toBe(refused)
})
