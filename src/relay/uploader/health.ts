import type { Verdict } from '../clevertap/outcome.ts'
import { backOffMs, type RetryRules } from './policy.ts'

/**
 * How an account's uploads are doing, and what may be sent now. Pure; times are monotonic ms.
 * `ok`: as many requests as the limit allows. `throttled`: CleverTap said how long to wait; then one request finds
 * out whether that was enough. `failing`: requests fail as a whole; one at a time, after a wait that grows. `suspended`: CleverTap refuses the credentials; one request a minute finds out whether that has ended.
 */
export interface Health {
  mode: 'ok' | 'throttled' | 'failing' | 'suspended'
  /** Why it is not ok, for people. */
  reason: string | undefined
  /** Nothing is sent before this time. */
  until: number
  /** Failed or throttled requests in a row. */
  failures: number
  /** Requests that may be in flight: halved by a 429, then creeping back. At least 1; its whole part counts. */
  limit: number
  /** When the last setback was. */
  since: number
}

/** How often a suspended account is tried, in ms. */
export const suspendedProbeMs = 60_000

export const healthy = (limit: number): Health => ({
  mode: 'ok',
  reason: undefined,
  until: 0,
  failures: 0,
  limit,
  since: Number.NEGATIVE_INFINITY,
})

/**
 * Any answer that judged records: all is well, and the limit creeps up by about one a round of requests. Not by one that
 * was sent before the last setback: it says nothing of the time since, and must not cut short what Retry-After asked for.
 */
export const succeeded = (health: Health, sentAt: number, ceiling: number): Health =>
  sentAt <= health.since
    ? health
    : { ...healthy(Math.min(ceiling, health.limit + 1 / health.limit)), since: health.since }

/**
 * A setback of a request that was sent at `sentAt`. Requests that were in flight together fail together; only the first
 * of them, told by having been sent after the last setback, makes the next wait longer.
 */
const setBack = (health: Health, sentAt: number, now: number, waitMs: (tries: number) => number): Health => {
  if (sentAt <= health.since) return health
  return { ...health, failures: health.failures + 1, since: now, until: now + waitMs(health.failures) }
}

/** How much of a wait that CleverTap, or whatever answers in its place, asks for is believed before one request probes. */
export const believed = (askedMs: number, { retryMaxMs }: Pick<RetryRules, 'retryMaxMs'>): number =>
  Math.min(askedMs, retryMaxMs)

/** The whole request failed: wait, and then send one at a time until one succeeds. */
export const failed = (
  health: Health,
  what: { sentAt: number; reason: string; retryAfterMs: number | undefined },
  rules: RetryRules,
  now: number,
  random: () => number,
): Health => {
  const next = setBack(health, what.sentAt, now, (tries) =>
    Math.max(believed(what.retryAfterMs ?? 0, rules), backOffMs(tries, rules, random)),
  )
  return next === health ? health : { ...next, mode: 'failing', reason: what.reason }
}

/** 429: half as many at a time, after a wait. CleverTap is well, so nobody is blamed and nothing is sent one by one. */
export const throttled = (
  health: Health,
  what: { sentAt: number; retryAfterMs: number | undefined },
  rules: RetryRules,
  now: number,
  random: () => number,
): Health => {
  const asked = what.retryAfterMs
  const next = setBack(health, what.sentAt, now, (tries) =>
    asked === undefined ? backOffMs(tries, rules, random) : believed(asked, rules),
  )
  if (next === health) return health
  const halved = { ...next, limit: Math.max(1, health.limit / 2) }
  return asked === undefined
    ? halved
    : { ...halved, mode: 'throttled', reason: `Retry-After: ${Math.ceil(asked / 1000)} s` }
}

/** 401 or 403: nothing but a probe a minute until the credentials are accepted. */
export const unauthorized = (health: Health, status: number, now: number): Health => ({
  ...health,
  mode: 'suspended',
  reason: `CleverTap refuses the credentials (HTTP ${status}): check account id, passcode and region`,
  until: now + suspendedProbeMs,
  failures: health.failures + 1,
  since: now,
})

/** The health after a request that was sent at `sentAt` and came to this verdict at `now`. */
export const judged = (
  health: Health,
  verdict: Verdict,
  sentAt: number,
  rules: RetryRules & { uploadConcurrency: number },
  now: number,
  random: () => number,
): Health => {
  switch (verdict.kind) {
    case 'judged':
    case 'poisoned':
      return succeeded(health, sentAt, rules.uploadConcurrency)
    case 'failed':
      return failed(health, { sentAt, ...verdict }, rules, now, random)
    case 'throttled':
      return throttled(health, { sentAt, ...verdict }, rules, now, random)
    case 'unauthorized':
      return unauthorized(health, verdict.status, now)
  }
}

/** Whether requests are sent with one record, to find out about the account. */
export const isDown = ({ mode }: Health): boolean => mode === 'failing' || mode === 'suspended'

/** How many requests may be in flight now. 0 until `until`, so that the caller waits for that. */
export const allowance = (health: Health, now: number): number => {
  if (now < health.until) return 0
  return health.mode === 'ok' ? Math.max(1, Math.floor(health.limit)) : 1
}
