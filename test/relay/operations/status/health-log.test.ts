import { describe, expect, it } from 'vitest'
import { createHealthLog } from '../../../../src/relay/operations/status/health-log.ts'
import { type Health, healthy } from '../../../../src/relay/uploader/health.ts'

const well = healthy(3)
const failing = (until: number): Health => ({ ...well, mode: 'failing', reason: 'HTTP 503', until, failures: 1 })

const start = () => {
  const time = { now: 1_000_000, elapsed: 500 }
  return {
    time,
    log: createHealthLog(
      () => time.now,
      () => time.elapsed,
    ),
  }
}

describe('the log of health', () => {
  it('knows of no change before there was one', () => {
    const { log } = start()
    expect([log.since('a'), log.nextTryAt('a', 0), log.changes('a')]).toEqual([null, null, []])
  })

  it('remembers since when, why, and when the next request goes out by the wall clock', () => {
    const { log, time } = start()
    log.onHealth('a', failing(2_500), well)
    expect(log.since('a')).toBe(1_000_000)
    expect(log.nextTryAt('a', time.now)).toBe(1_002_000)
    expect(log.nextTryAt('a', 1_002_000)).toBeNull()
    expect(log.changes('a')).toEqual([
      { at: 1_000_000, state: 'failing', cause: 'CleverTap answers with errors (HTTP 503)' },
    ])
    expect(log.changes('b')).toEqual([])
  })

  it('takes another failure for the same state, with a later try', () => {
    const { log, time } = start()
    log.onHealth('a', failing(2_500), well)
    time.now += 60_000
    time.elapsed += 60_000
    log.onHealth('a', failing(64_500), failing(2_500))
    expect(log.since('a')).toBe(1_000_000)
    expect(log.nextTryAt('a', time.now)).toBe(1_064_000)
    expect(log.changes('a')).toHaveLength(1)
  })

  it('keeps the latest ten changes, the latest first', () => {
    const { log, time } = start()
    for (let round = 0; round < 8; round++) {
      time.now++
      log.onHealth('a', failing(0), well)
      log.onHealth('a', well, failing(0))
    }
    expect(log.changes('a')).toHaveLength(10)
    expect(log.changes('a')[0]).toEqual({ at: 1_000_008, state: 'ok', cause: null })
  })
})
