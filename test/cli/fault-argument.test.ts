import { expect, test } from 'vitest'
import { parseFaultArgument } from '../../src/cli/fault-argument.ts'

test.each([
  ['429', { kind: 'status', status: 429 }],
  ['503,retryAfter=2,times=always', { kind: 'status', status: 503, retryAfter: 2, times: 'always' }],
  ['hang', { kind: 'hang' }],
  ['reset,at=body,applied=false', { kind: 'reset', at: 'body', applied: false }],
  [
    'reject,code=530,objectIds=__a+-1+2,error=No',
    { kind: 'reject', code: 530, objectIds: ['__a', '-1', '2'], error: 'No' },
  ],
  ['{"kind":"latency","ms":5}', { kind: 'latency', ms: 5 }],
])('reads the fault argument %s as a fault', (text, fault) => {
  expect(parseFaultArgument(text)).toEqual([fault])
})

test('faults keep their order', () => {
  expect(parseFaultArgument('hang', [{ kind: 'html' }])).toEqual([{ kind: 'html' }, { kind: 'hang' }])
})
