import type { Verdict } from '../clevertap/outcome.ts'
import { backOffMs, type RetryRules } from './policy.ts'

/**
 * The state of an account's uploads, which decides how many requests may be sent now. Pure; times are monotonic ms.
 * `ok`: as many requests as the limit allows. `throttled`: CleverTap said how long to wait; afterwards one request probes.
 * `failing`: requests fail as a whole; one request at a time, after a growing wait. `suspended`: CleverTap refuses the
 * credentials; one request a minute probes.
 */
export interface Health {
  mode: 'ok' | 'throttled' | 'failing' | 'suspended'
  /** Why the mode is not `ok`, for people to read. */
  reason: string | undefined
  /** Nothing is sent before this time. */
  until: number
  /** Failed or throttled requests in a row. */
  failures: number
  /** Limit of requests in flight. A 429 halves it; successes raise it again. At least 1; only the integer part counts. */
  limit: number
  /** Time of the last failure. */
  since: number
}

/** Interval between probes of a suspended account, in ms. */
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
 * The health after an answer with verdicts: `ok`, and the limit grows by about one per round of requests. Ignores the answer to a
 * request that was sent before the last failure: it says nothing about the time since, and must not shorten the wait of
 * Retry-After.
 */
export const succeeded = (health: Health, sentAt: number, ceiling: number): Health =>
  sentAt <= health.since
    ? health
    : { ...healthy(Math.min(ceiling, health.limit + 1 / health.limit)), since: health.since }

/**
 * Counts the failure of a request that was sent at `sentAt`. Requests in flight together fail together, so only the first
 * of them makes the next wait longer: the one that was sent after the last failure.
 */
const withFailure = (health: Health, sentAt: number, now: number, waitMs: (tries: number) => number): Health => {
  if (sentAt <= health.since) return health
  return { ...health, failures: health.failures + 1, since: now, until: now + waitMs(health.failures) }
}

/** Caps the wait that CleverTap, or a proxy in between, asks for. When the capped wait is over, one request probes. */
export const cappedWaitMs = (askedMs: number, { retryMaxMs }: Pick<RetryRules, 'retryMaxMs'>): number =>
  Math.min(askedMs, retryMaxMs)

/** The health after a request failed as a whole: wait, then send one request at a time until one succeeds. */
export const failed = (
  health: Health,
  what: { sentAt: number; reason: string; retryAfterMs: number | undefined },
  rules: RetryRules,
  now: number,
  random: () => number,
): Health => {
  const next = withFailure(health, what.sentAt, now, (tries) =>
    Math.max(cappedWaitMs(what.retryAfterMs ?? 0, rules), backOffMs(tries, rules, random)),
  )
  return next === health ? health : { ...next, mode: 'failing', reason: what.reason }
}

/** The health after a 429: wait, then half the limit. CleverTap works, so no record is suspected and batches stay whole. */
export const throttled = (
  health: Health,
  what: { sentAt: number; retryAfterMs: number | undefined },
  rules: RetryRules,
  now: number,
  random: () => number,
): Health => {
  const asked = what.retryAfterMs
  const next = withFailure(health, what.sentAt, now, (tries) =>
    asked === undefined ? backOffMs(tries, rules, random) : cappedWaitMs(asked, rules),
  )
  if (next === health) return health
  const halved = { ...next, limit: Math.max(1, health.limit / 2) }
  return asked === undefined
    ? halved
    : { ...halved, mode: 'throttled', reason: `Retry-After: ${Math.ceil(asked / 1000)} s` }
}

/** The health after a 401 or 403: one probe a minute until CleverTap accepts the credentials. */
export const unauthorized = (health: Health, status: number, now: number): Health => ({
  ...health,
  mode: 'suspended',
  reason: `CleverTap refuses the credentials (HTTP ${status}): check account id, passcode and region`,
  until: now + suspendedProbeMs,
  failures: health.failures + 1,
  since: now,
})

/** The health after a request that was sent at `sentAt` and got this verdict at `now`. */
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

/** Whether requests carry one record only, to probe the account. */
export const isDown = ({ mode }: Health): boolean => mode === 'failing' || mode === 'suspended'

/** Number of requests that may be in flight now; 0 before `until`. */
export const allowance = (health: Health, now: number): number => {
  if (now < health.until) return 0
  return health.mode === 'ok' ? Math.max(1, Math.floor(health.limit)) : 1
}
