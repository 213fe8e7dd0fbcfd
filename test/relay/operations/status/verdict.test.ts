import { describe, expect, it } from 'vitest'
import { type Evidence, judge } from '../../../../src/relay/operations/status/verdict.ts'

const now = 10 * 24 * 60 * 60_000
const minutes = (n: number): number => n * 60_000

const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  now,
  store: { ok: true, reason: null },
  upload: { state: 'ok', since: null, nextTryAt: null, cause: null, remedy: null },
  waiting: 0,
  imported: 0,
  deferred: 0,
  oldestReceivedAt: null,
  etaMs: null,
  throttled: false,
  hour: { queued: 0, accepted: 50, rejected: 0 },
  settled: { accepted: 50, rejected: 0, withdrawn: 0 },
  discarded: 0,
  missing: 0,
  ...more,
})
const upload = (state: 'failing' | 'suspended', since: number | null): Partial<Evidence> => ({
  upload: { state, since, nextTryAt: null, cause: 'The cause', remedy: 'The remedy.' },
})
const throttled = (since: number, nextTryAt: number | null): Partial<Evidence> => ({
  upload: { state: 'throttled', since, nextTryAt, cause: 'CleverTap asked the relay to wait', remedy: 'The remedy.' },
})
/** Rejections of the last hour, and the rejected records that are still in the store. */
const rejections = (rejected: number, accepted: number, kept = rejected): Partial<Evidence> => ({
  hour: { queued: 0, accepted, rejected },
  settled: { accepted, rejected: kept, withdrawn: 0 },
})

describe('is everything arriving?', () => {
  it.each<[string, Partial<Evidence>, string, string]>([
    [
      'nothing has ever come',
      { hour: { queued: 0, accepted: 0, rejected: 0 }, settled: { accepted: 0, rejected: 0, withdrawn: 0 } },
      'empty',
      'Nothing yet.',
    ],
    ['all came through', {}, 'good', 'Yes.'],
    ['a few are on their way', { waiting: 12, oldestReceivedAt: now - 500 }, 'good', 'Yes.'],
    ['many are on their way', { waiting: 1_000, oldestReceivedAt: now - 500 }, 'busy', 'Yes.'],
    [
      'an import runs, however old its rows',
      { waiting: 5, imported: 5, oldestReceivedAt: now - minutes(600) },
      'busy',
      'Yes.',
    ],
    ['one has waited for five minutes', { waiting: 1, oldestReceivedAt: now - minutes(5) }, 'warning', 'Late.'],
    ['one has waited for less', { waiting: 1, oldestReceivedAt: now - minutes(5) + 1 }, 'good', 'Yes.'],
    [
      'those that wait may all be put off',
      { waiting: 3, deferred: 3, oldestReceivedAt: now - minutes(600) },
      'good',
      'Yes.',
    ],
    [
      'more wait than were put off',
      { waiting: 4, deferred: 3, oldestReceivedAt: now - minutes(600) },
      'warning',
      'Late.',
    ],
    [
      'CleverTap wants fewer requests and some wait for that',
      { throttled: true, waiting: 2, oldestReceivedAt: now - 10_000 },
      'busy',
      'Yes.',
    ],
    [
      'CleverTap wanted fewer requests once, and none waits long',
      { throttled: true, waiting: 2, oldestReceivedAt: now - 500 },
      'good',
      'Yes.',
    ],
    ['one was rejected', rejections(1, 99), 'warning', 'Not all.'],
    ['one of one was rejected', rejections(1, 0), 'warning', 'Not all.'],
    ['more were rejected than accepted', rejections(10, 9), 'bad', 'Mostly not.'],
    ['all rejected records were accepted at a retry', rejections(30, 33, 0), 'good', 'Yes.'],
    ['most rejected records were accepted at a retry', rejections(30, 19, 2), 'warning', 'Not all.'],
    ['rejected records were discarded', { ...rejections(1, 99, 0), discarded: 1 }, 'warning', 'Not all.'],
    ['one was rejected long ago', { settled: { accepted: 50, rejected: 1, withdrawn: 0 } }, 'good', 'Yes.'],
    ['an accepted token is not on its profile', { missing: 1 }, 'warning', 'Not all.'],
    ['uploads have just begun to fail', upload('failing', now - minutes(2) + 1), 'warning', 'Not right now.'],
    ['uploads have failed for two minutes', upload('failing', now - minutes(2)), 'bad', 'No.'],
    ['CleverTap has just asked to wait for minutes', throttled(now, now + 250_000), 'warning', 'Not right now.'],
    ['a wait of minutes is almost over', throttled(now - 249_000, now + 1_000), 'warning', 'Not right now.'],
    ['CleverTap asked to wait for a few seconds', throttled(now, now + 9_999), 'good', 'Yes.'],
    ['CleverTap has asked to wait again and again', throttled(now - 9_000, now + 1_000), 'warning', 'Not right now.'],
    [
      'a long wait is over, and records still wait',
      { ...throttled(now - 250_000, null), waiting: 1 },
      'warning',
      'Not right now.',
    ],
    ['a long wait is over, and nothing waits', throttled(now - 250_000, null), 'good', 'Yes.'],
    ['the account is suspended', upload('suspended', now), 'bad', 'No.'],
    ['the store takes nothing', { store: { ok: false, reason: 'the disk is full' } }, 'bad', 'No.'],
  ])('gives level and answer when %s', (_, more, level, answer) => {
    expect(judge(evidence(more))).toMatchObject({ level, answer })
  })

  it('reports the most serious problem first', () => {
    const all = {
      ...upload('suspended', now - minutes(3)),
      waiting: 5_000,
      oldestReceivedAt: now - minutes(60),
      hour: { queued: 0, accepted: 1, rejected: 50 },
    }
    expect(judge(evidence({ ...all, store: { ok: false, reason: 'the disk is full' } })).headline).toContain('disk')
    expect(judge(evidence(all)).headline).toBe('The cause, for 3 min now. 5,000 records wait.')
    expect(judge(evidence({ ...all, ...upload('failing', now) })).remedy).toBe('The remedy.')
  })

  it('says what to do whenever something is to be done, and nothing else', () => {
    for (const more of [upload('failing', null), { store: { ok: false, reason: null } }, { missing: 2 }])
      expect(judge(evidence(more)).remedy).toMatch(/\.$/)
    expect(judge(evidence()).remedy).toBeNull()
  })

  it('says that CleverTap asked to wait, until when, and how many records wait', () => {
    const until = throttled(now, now + 250_000)
    expect(judge(evidence({ ...until, waiting: 500, hour: { queued: 500, accepted: 0, rejected: 0 } }))).toEqual({
      level: 'warning',
      answer: 'Not right now.',
      headline: 'CleverTap asked the relay to wait. 500 records wait until 00:04:10 UTC.',
      remedy: 'The remedy.',
    })
    expect(judge(evidence({ ...until, waiting: 1 })).headline).toMatch(/ 1 record waits until 00:04:10 UTC\.$/)
    expect(judge(evidence(until)).headline).toMatch(/\. Nothing waits yet; new records wait until 00:04:10 UTC\.$/)
    expect(judge(evidence({ ...throttled(now - 60_000, null), waiting: 2 })).headline).toMatch(/ 2 records wait\.$/)
  })

  it('calls records rejected only while they are', () => {
    expect(judge(evidence(rejections(30, 33, 0)))).toMatchObject({
      headline:
        'Everything that arrives reaches CleverTap. CleverTap rejected records in the last hour; none of them is still rejected.',
      remedy: null,
    })
    expect(judge(evidence(rejections(30, 61, 2)))).toMatchObject({
      headline: 'CleverTap rejected records in the last hour; at most 2 of them are still rejected.',
      remedy: 'The reasons are below. Rejected records are kept and can be retried.',
    })
    expect(judge(evidence(rejections(30, 62, 1))).headline).toMatch(/ at most 1 of them is still rejected\.$/)
    expect(judge(evidence({ ...rejections(1, 99, 0), discarded: 1 })).remedy).toBe(
      'The relay discarded them after PUSHFERRY_KEEP_REJECTED, so they cannot be retried.',
    )
  })

  it('says how many, how old, how long still', () => {
    expect(judge(evidence({ waiting: 12_345, etaMs: minutes(4) })).headline).toBe(
      '12,345 records in the queue, about 4 min to go.',
    )
    expect(judge(evidence({ waiting: 2, oldestReceivedAt: now - minutes(90) })).headline).toBe(
      '2 records wait, the oldest for 1 h 30 min, and the reason is unknown.',
    )
    expect(judge(evidence({ throttled: true, waiting: 1, oldestReceivedAt: now - minutes(6) })).headline).toBe(
      '1 record waits, the oldest for 6 min: CleverTap asks for fewer requests (HTTP 429).',
    )
    expect(judge(evidence({ throttled: true, waiting: 1, oldestReceivedAt: now - 20_000 })).headline).toBe(
      'CleverTap asks for fewer requests (HTTP 429), so 1 record waits a little.',
    )
    expect(judge(evidence(rejections(12, 988))).headline).toBe(
      'CleverTap rejected 12 of 1,000 uploaded records (1.2 %) in the last hour.',
    )
    expect(
      judge(evidence({ waiting: 1, deferred: 4, settled: { accepted: 5, rejected: 1, withdrawn: 0 } })).headline,
    ).toBe(
      'Everything that arrives reaches CleverTap. 1 record may wait for its profile to go live. 1 record rejected earlier is kept.',
    )
  })
})
