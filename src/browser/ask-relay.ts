import { limit } from './limit.ts'
import { filled, members } from './members.ts'
import { isReason, type KeptReason } from './reason.ts'
import { dayMs } from './row.ts'

/** The outcome of one request. */
export type Answer =
  /** `registrationKey` is empty for a withdrawal. */
  | { readonly is: 'acknowledged'; readonly reason: ''; readonly registrationKey: string }
  /** `retryAfterMs` is the wait that the relay asked for, at most a day; 0 if it asked for none. */
  | { readonly is: 'later'; readonly reason: KeptReason; readonly retryAfterMs: number }
  | { readonly is: 'never'; readonly reason: KeptReason }

/** `Retry-After` (RFC 9110 §10.2.3, seconds or a date) in ms, at most a day; 0 if it is missing or unusable. */
const readRetryAfter = (value: string | null, now: number): number => {
  const ms = Number(value) * 1000 || Date.parse(`${value}`) - now
  // NaN and times in the past give 0. Just under a day, because a stored time more than a day ahead counts as none.
  return ms > 0 ? Math.min(ms, dayMs - 1) : 0
}

/**
 * Classifies the response of the relay. Pure.
 *
 * - acknowledged: the relay's own answer, 204 to a withdrawal, a registration key to a registration;
 * - never: a 4xx that a retry would not change. Not 401, because the page can make a new ticket, nor 408, 425 and 429;
 * - later: any other answer, such as the page of a captive portal with status 200.
 *
 * @param body decoded JSON, or anything
 */
export const readAnswer = (
  isWithdrawal: boolean,
  status: number,
  retryAfter: string | null,
  body: unknown,
  now: number,
): Answer => {
  const answer = members(body)
  const registrationKey = filled(answer?.registrationKey) ?? ''
  if (isWithdrawal ? status === 204 : registrationKey) return { is: 'acknowledged', reason: '', registrationKey }
  const code = (filled(answer?.code) ?? '').replaceAll('_', '-')
  const reason = isReason(code) ? code : (`http-${status}` as const)
  return /^4(?!01|08|25|29)/.test(`${status}`)
    ? { is: 'never', reason }
    : { is: 'later', reason, retryAfterMs: readRetryAfter(retryAfter, now) }
}

/** Sends one delivery. Never rejects: no answer in time is `later`, with the reason `unreachable`. */
export const askRelay = (
  url: string,
  request: RequestInit,
  fetch: typeof globalThis.fetch,
  timeoutMs: number,
): Promise<Answer> =>
  limit(async () => {
    const response = await fetch(url, request)
    const body: unknown = await response.json().catch(() => undefined)
    const retryAfter = response.headers.get('Retry-After')
    // A withdrawal has no body.
    return readAnswer(!request.body, response.status, retryAfter, body, Date.now())
  }, timeoutMs).catch(() => ({ is: 'later', reason: 'unreachable', retryAfterMs: 0 }))
