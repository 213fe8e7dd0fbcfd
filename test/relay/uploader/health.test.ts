import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/relay/clevertap/outcome.ts'
import {
  allowance,
  type Health,
  healthy,
  isDown,
  judged,
  suspendedProbeMs,
} from '../../../src/relay/uploader/health.ts'

const rules = { retryBaseMs: 1000, retryMaxMs: 300_000, deferMs: [], uploadConcurrency: 3 }
const success: Verdict = { kind: 'judged', records: [] }
const throttled = (retryAfterMs?: number): Verdict => ({ kind: 'throttled', retryAfterMs })
const failed = (retryAfterMs?: number): Verdict => ({ kind: 'failed', reason: 'HTTP 500', retryAfterMs })
const unauthorized: Verdict = { kind: 'unauthorized', status: 401 }

/** Applies verdicts in a row, each of a request that was sent after the one before was judged, one a second. */
const following = (verdicts: readonly Verdict[], start = healthy(3), random = 0.5, settings = rules): Health =>
  verdicts.reduce((health, verdict, at) => {
    const now = (at + 1) * 1000
    return judged(health, verdict, now - 1, settings, now, () => random)
  }, start)

describe('limit', () => {
  it('starts at the ceiling and stays there', () => {
    expect(allowance(healthy(3), 0)).toBe(3)
    expect(following([success, success, success]).limit).toBe(3)
  })
  it.each([
    [15, 1, 7],
    [15, 2, 3],
    [15, 3, 1],
    [15, 4, 1],
    [15, 40, 1],
    [3, 1, 1],
    [1, 1, 1],
  ])('of %i is halved by each 429, and is at least one: after %i of them %i', (limit, times, expected) => {
    const settings = { ...rules, uploadConcurrency: limit }
    const health = following(
      Array.from({ length: times }, () => throttled()),
      healthy(limit),
      0.5,
      settings,
    )
    expect(allowance(health, health.until)).toBe(expected)
  })
  it('creeps back by about one a round of requests, and no higher than the ceiling', () => {
    const settings = { ...rules, uploadConcurrency: 15 }
    let health = following([throttled(), throttled(), throttled()], healthy(15), 0.5, settings)
    const limits: number[] = []
    for (let at = 0; at < 200; at++) {
      health = judged(health, success, 1e6 + at, settings, 1e6 + at, () => 0.5)
      limits.push(Math.floor(health.limit))
    }
    expect(limits.every((limit, at) => limit - (limits[at - 1] ?? limit) <= 1)).toBe(true)
    expect(limits.filter((limit) => limit === 10).length).toBeGreaterThanOrEqual(9)
    expect(limits.at(-1)).toBe(15)
  })
  it('is halved once by requests that were in flight together', () => {
    let health = healthy(12)
    for (const _ of [1, 2, 3]) health = judged(health, throttled(), 10, rules, 100, () => 0.5)
    expect(health).toMatchObject({ limit: 6, failures: 1, mode: 'ok' })
  })
})

describe('after a 429', () => {
  it('nothing is sent for as long as Retry-After says', () => {
    const health = following([throttled(7000)])
    expect([allowance(health, 1000), allowance(health, 7999), allowance(health, 8000)]).toEqual([0, 0, 1])
  })
  it('nothing is sent for a jittered wait that doubles, where there is none', () => {
    expect(following([throttled()]).until).toBe(1000 + 500)
    expect(following([throttled(), throttled()]).until).toBe(2000 + 1000)
    expect(following([throttled(), throttled(), throttled()]).until).toBe(3000 + 2000)
  })
  it('nothing is sent before that, though requests that were in flight with it succeed', () => {
    let health = judged(healthy(8), throttled(7000), 10, rules, 1000, () => 0.5)
    for (const now of [1001, 1500, 7000]) health = judged(health, success, 20, rules, now, () => 0.5)
    expect(health).toMatchObject({ limit: 4, until: 8000 })
  })
  it('nothing is sent for no longer than the longest wait, whatever Retry-After says, and then one request probes', () => {
    const day = 24 * 60 * 60 * 1000
    const health = following([throttled(day)], healthy(8))
    expect(health).toMatchObject({ mode: 'throttled', until: 1000 + rules.retryMaxMs, limit: 4 })
    expect([allowance(health, health.until - 1), allowance(health, health.until)]).toEqual([0, 1])
    const probed = judged(health, success, health.until, rules, health.until + 1, () => 0.5)
    expect(probed.mode).toBe('ok')
    expect(allowance(probed, health.until + 1)).toBe(Math.min(4, rules.uploadConcurrency))
  })
  it('the account is throttled where CleverTap said how long, and else well; it is never down', () => {
    expect(following([throttled()])).toMatchObject({ mode: 'ok', reason: undefined })
    expect(following([throttled(7000)])).toMatchObject({ mode: 'throttled', reason: 'Retry-After: 7 s' })
    for (const asked of [undefined, 7000]) expect(isDown(following([throttled(asked)]))).toBe(false)
  })
})

describe('after a failure', () => {
  it('one request at a time goes out, after a jittered wait that doubles up to the cap', () => {
    for (const [times, wait] of [
      [1, 500],
      [2, 1000],
      [5, 8000],
      [9, 128_000],
      [10, 150_000],
      [100, 150_000],
    ] as const) {
      const health = following(Array.from({ length: times }, () => failed()))
      expect(health).toMatchObject({ mode: 'failing', reason: 'HTTP 500', failures: times, limit: 3 })
      expect(health.until).toBe(times * 1000 + wait)
      expect([allowance(health, health.until - 1), allowance(health, health.until)]).toEqual([0, 1])
    }
  })
  it('Retry-After is honoured where it is longer, and the back-off where that is', () => {
    expect(following([failed(60_000)]).until).toBe(1000 + 60_000)
    expect(following([failed(100)]).until).toBe(1000 + 500)
    expect(following([failed(24 * 60 * 60 * 1000)]).until).toBe(1000 + rules.retryMaxMs)
  })
  it('one successful request ends the failing mode', () => {
    const health = following([failed(), failed(), success])
    expect(health).toMatchObject({ mode: 'ok', reason: undefined, failures: 0, limit: 3 })
    expect(allowance(health, 3000)).toBe(3)
  })
  it('a refusal of records is a success of the account', () => {
    expect(following([failed(), { kind: 'poisoned', error: { code: 400, message: '' } }]).mode).toBe('ok')
  })
  it('a success of a request that was sent before it ends nothing', () => {
    const failing = judged(healthy(3), failed(), 10, rules, 100, () => 0.5)
    expect(judged(failing, success, 20, rules, 200, () => 0.5)).toEqual(failing)
  })
  it('requests that were in flight together count as one', () => {
    let health = healthy(3)
    for (const now of [100, 110, 120]) health = judged(health, failed(), 10, rules, now, () => 0.5)
    expect(health).toMatchObject({ mode: 'failing', failures: 1, until: 600 })
    health = judged(health, failed(), 600, rules, 700, () => 0.5)
    expect(health).toMatchObject({ failures: 2, until: 1700 })
  })
})

describe('after a 401 or 403', () => {
  it('one request a minute goes out, for as long as it takes', () => {
    for (const times of [1, 5, 1000]) {
      const health = following(Array.from({ length: times }, () => unauthorized))
      expect(health.mode).toBe('suspended')
      expect(health.until).toBe(times * 1000 + suspendedProbeMs)
      expect([allowance(health, health.until - 1), allowance(health, health.until)]).toEqual([0, 1])
    }
    expect(suspendedProbeMs).toBe(60_000)
  })
  it('says why in words that hold no secret, and ends with the first success', () => {
    expect(following([unauthorized]).reason).toMatch(/refuses the credentials \(HTTP 401\): check account id, passcode/)
    expect(following([unauthorized, success])).toMatchObject({ mode: 'ok', failures: 0 })
  })
  it('a failure of the probe itself makes it fail, and not go on suspended', () => {
    expect(following([unauthorized, failed()]).mode).toBe('failing')
  })
})
