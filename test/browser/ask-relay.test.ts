import { describe, expect, it } from 'vitest'
import { readAnswer } from '../../src/browser/ask-relay.ts'
import { relayProblems } from '../../src/wire/problem.ts'

const now = Date.UTC(2026, 10, 29)
const toRegistration = (status: number, body?: unknown, retryAfter: string | null = null) =>
  readAnswer(false, status, retryAfter, body, now)

describe('readAnswer', () => {
  it.each(Object.keys(relayProblems))('reads the problem code %s of the relay as the reason, with dashes', (code) => {
    expect(toRegistration(422, { code })).toEqual({ is: 'never', reason: code.replaceAll('_', '-') })
    expect(toRegistration(503, { code })).toMatchObject({ is: 'later', reason: code.replaceAll('_', '-') })
  })

  it('takes a registration key for an acknowledgement', () => {
    expect(toRegistration(202, { registrationKey: 'k' })).toMatchObject({ is: 'acknowledged', registrationKey: 'k' })
  })

  it.each([undefined, null, 'ok', [], {}, { registrationKey: 7 }, { registrationKey: '' }])(
    'takes a 200 with %j for no answer of the relay',
    (body) => {
      expect(toRegistration(200, body)).toMatchObject({ is: 'later', reason: 'http-200' })
    },
  )

  it('takes nothing but 204 for the acknowledgement of a withdrawal', () => {
    expect(readAnswer(true, 204, null, undefined, now)).toMatchObject({ is: 'acknowledged' })
    expect(readAnswer(true, 200, null, { registrationKey: 'k' }, now)).toMatchObject({ is: 'later' })
  })

  it.each([400, 403, 404, 413, 422])('never sends a registration again that was answered with %i', (status) => {
    expect(toRegistration(status)).toEqual({ is: 'never', reason: `http-${status}` })
  })

  it.each([401, 408, 425, 429, 500, 503])('sends a registration again after an answer with %i', (status) => {
    expect(toRegistration(status)).toMatchObject({ is: 'later', reason: `http-${status}` })
  })

  it.each([
    ['no code', {}, 'http-422'],
    ['an empty code', { code: '' }, 'http-422'],
    ['a number', { code: 503 }, 'http-422'],
    ['a code of another program', { code: 'BLOCKED' }, 'http-422'],
  ])('reads %s in a refusal as its reason', (_, body, reason) => {
    expect(toRegistration(422, body)).toEqual({ is: 'never', reason })
  })

  it.each([
    ['seconds', '120', 120_000],
    ['a date', new Date(now + 90_000).toUTCString(), 90_000],
    ['the past', new Date(now - 90_000).toUTCString(), 0],
    ['a negative number', '-5', 0],
    ['anything else', 'soon', 0],
  ])('reads %s in Retry-After as the wait in milliseconds', (_, value, retryAfterMs) => {
    expect(toRegistration(503, undefined, value)).toMatchObject({ retryAfterMs })
  })
})
