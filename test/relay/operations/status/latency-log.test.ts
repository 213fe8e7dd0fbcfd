import { describe, expect, it } from 'vitest'
import { createLatencyLog } from '../../../../src/relay/operations/status/latency-log.ts'

const minute = 60_000
const hour = 60 * minute

describe('the latency log', () => {
  it('knows percentiles to 8 %', () => {
    const log = createLatencyLog()
    for (let ms = 1; ms <= 1000; ms++) log.add(hour, ms)
    const { requests, p50Ms, p95Ms, p99Ms } = log.lately(hour) ?? { requests: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 }
    expect(requests).toBe(1000)
    for (const [found, right] of [
      [p50Ms, 500],
      [p95Ms, 950],
      [p99Ms, 990],
    ] as const)
      expect(Math.abs(found - right) / right).toBeLessThan(0.08)
  })

  it('looks at five minutes, or at an hour when those were quiet, or knows nothing', () => {
    const log = createLatencyLog()
    expect(log.lately(hour)).toBeNull()
    log.add(hour, 100)
    expect(log.lately(hour + 4 * minute)?.overMs).toBe(5 * minute)
    expect(log.lately(hour + 30 * minute)?.overMs).toBe(hour)
    expect(log.lately(hour + 62 * minute)).toBeNull()
  })

  it('tells steps of any length apart', () => {
    const log = createLatencyLog()
    log.add(hour, 10)
    log.add(hour + 5_000, 1_000)
    expect(log.quantile(hour, 5_000, 0.5)).toBeLessThan(12)
    expect(log.quantile(hour + 5_000, 5_000, 0.5)).toBeGreaterThan(900)
    expect(log.quantile(hour, minute, 0.95)).toBeGreaterThan(900)
    expect(log.quantile(hour + 10_000, 5_000, 0.5)).toBeNull()
  })

  it('accepts impossible latencies without an error', () => {
    const log = createLatencyLog()
    for (const ms of [0, -1, Number.MAX_VALUE]) log.add(hour, ms)
    expect(log.lately(hour)?.requests).toBe(3)
  })

  it('forgets after a day', () => {
    const log = createLatencyLog()
    log.add(hour, 10)
    log.add(hour + 25 * hour, 10)
    expect(log.quantile(hour, minute, 0.5)).toBeNull()
  })
})
