import { expect, test } from 'vitest'
import { readFault } from '../../src/simulator/index.ts'

test.each([
  [{ kind: 'latency', ms: 5 }],
  [{ kind: 'status', status: 429, retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT', times: 'always' }],
  [{ kind: 'hang', on: 'profile', dryRun: true }],
  [{ kind: 'reset', at: 'request' }],
  [{ kind: 'reject', code: 530, objectIds: ['a'], times: 3, every: 2 }],
  [{ kind: 'echo', record: 'changed', number: 'omitted', applied: false }],
])('accepts %j as a valid fault', (fault) => {
  expect(readFault(fault)).toEqual({ ok: true, fault })
})

test.each([
  [null, 'a fault must be an object'],
  [[], 'a fault must be an object'],
  [{ kind: 'toString' }, /^kind must be one of latency, status, /],
  [{ kind: 'latency' }, 'fault latency needs ms: a whole number from 0 to 86400000'],
  [{ kind: 'latency', ms: '5' }, 'ms of fault latency must be a whole number from 0 to 86400000'],
  [{ kind: 'hang', ms: 5 }, 'fault hang has no ms: it has times, every, on, dryRun, objectIds, applied'],
  [{ kind: 'hang', toString: 1 }, /^fault hang has no toString/],
  [{ kind: 'hang', times: 0 }, 'times of fault hang must be a whole number from 1 to 1000000000 or always'],
  [
    { kind: 'status', status: 503, retryAfter: '5\n' },
    /^retryAfter of fault status must be .* the value of an HTTP header$/,
  ],
  [
    { kind: 'status', status: 503, headers: { 'a b': 'c' } },
    /^headers of fault status must be an object of HTTP headers/,
  ],
  [
    { kind: 'status', status: 503, headers: { a: 'b\r\nc' } },
    /^headers of fault status must be an object of HTTP headers/,
  ],
  [{ kind: 'reset', at: 'request', objectIds: ['a'] }, /^fault reset at request cannot have objectIds/],
])('refuses the fault %j with the message: %s', (value, message) => {
  expect(readFault(value)).toEqual({ ok: false, message: expect.stringMatching(message) })
})
