import { describe, expect, it } from 'vitest'
import { PushError, readFailure } from '../../src/client/errors.ts'
import { messageOf } from '../../src/client/messages.ts'

describe('PushError', () => {
  it.each([
    ['permission-denied', 'Push failed, permission-denied: allow it in the browser settings, outside private windows.'],
    ['no-object-id', 'Push failed, no-object-id: load the CleverTap Web SDK or check objectId.'],
    ['worker-failed', 'Push failed, worker-failed: check its URL, type and scope.'],
  ] as const)('says in one sentence what failed and what to do: %s', (code, message) => {
    expect(new PushError(code, false).message).toBe(message)
  })

  it('shows a cause in its message only when that is a reason', () => {
    expect(new PushError('relay-refused', false, 'unreachable', true).message).toContain('relay-refused unreachable:')
    expect(new PushError('relay-refused', false, 'marked').message).not.toContain('marked')
  })

  it('keeps code, cause and whether to retry', () => {
    const cause = new Error('why')
    expect(new PushError('no-object-id', true, cause)).toMatchObject({
      name: 'PushError',
      code: 'no-object-id',
      retryable: true,
      cause,
      message: messageOf('no-object-id', ''),
    })
  })
})

describe('readFailure', () => {
  it('leaves a PushError as it is', () => {
    const error = new PushError('relay-refused', false)
    expect(readFailure('worker-failed', error)).toBe(error)
  })

  it('tells a worker that was not in time from one that failed', () => {
    expect(readFailure('worker-failed', undefined).code).toBe('worker-timeout')
    expect(readFailure('worker-failed', new TypeError('404')).code).toBe('worker-failed')
  })
})
