import { describe, expect, it } from 'vitest'
import { isSameOrigin } from '../../../../src/relay/operations/status/same-origin.ts'

describe('a request that may act', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['a program', {}, true],
    ['the page itself', { 'sec-fetch-site': 'same-origin', origin: 'https://relay.example' }, true],
    [
      'the page behind a proxy that changes the host',
      { 'sec-fetch-site': 'same-origin', origin: 'https://other' },
      true,
    ],
    ['the page over plain http', { origin: 'http://relay.example' }, true],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, false],
    ['a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://www.relay.example' }, false],
    ['the address bar', { 'sec-fetch-site': 'none' }, false],
    ['the page with the default port named', { origin: 'http://relay.example:80' }, true],
    ['another site over plain http', { origin: 'http://evil.example' }, false],
    ['another port', { origin: 'http://relay.example:81' }, false],
    ['a sandboxed frame', { origin: 'null' }, false],
  ])('allows a request from %s by its headers %o: %s', (_, headers, allowed) => {
    expect(isSameOrigin({ headers, host: 'relay.example' })).toBe(allowed)
  })
})
