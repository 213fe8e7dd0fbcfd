import { describe, expect, it } from 'vitest'
import { PushError, readFailure } from '../../src/client/errors.ts'
import { messages } from '../../src/client/messages.ts'

describe('PushError', () => {
  it.each(Object.entries(messages))('%s has a sentence: %s', (code, message) => {
    expect(message).toMatch(/^[A-Z][^.]*\.$/)
    expect(message.length).toBeLessThan(100)
    expect(message).not.toContain(code)
  })

  it('keeps code, cause and whether to retry', () => {
    const cause = new Error('why')
    expect(new PushError('no-object-id', true, cause)).toMatchObject({
      name: 'PushError',
      code: 'no-object-id',
      retryable: true,
      cause,
      message: messages['no-object-id'],
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
