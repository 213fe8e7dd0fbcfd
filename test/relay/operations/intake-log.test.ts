import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { IntakeEvent } from '../../../src/relay/http/parts.ts'
import { createIntakeLog } from '../../../src/relay/operations/intake-log.ts'
import { createLog } from '../../../src/relay/operations/log.ts'

const event = (more: Partial<IntakeEvent> = {}): IntakeEvent => ({
  account: 'A',
  from: 'shop',
  requestId: 'req-1',
  traceId: undefined,
  results: { queued: 2 },
  ...more,
})

describe('the log of intake', () => {
  let lines: Record<string, unknown>[] = []
  const start = (level: 'debug' | 'info' = 'info') =>
    createIntakeLog(
      createLog(level, {
        write: (line) => {
          const { time: _, ...rest } = JSON.parse(line)
          lines.push(rest)
        },
      }),
    )
  beforeEach(() => {
    lines = []
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it('has a line for a backend’s call, with its ids and what became of its records', () => {
    const { onIntake } = start()
    onIntake(event({ traceId: 'ab'.repeat(16), results: { queued: 2, unchanged: 1, 535: 3, 530: 1 } }))
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'intake',
        requestId: 'req-1',
        traceId: 'ab'.repeat(16),
        account: 'A',
        keyName: 'shop',
        calls: 1,
        records: 7,
        queued: 2,
        unchanged: 1,
        invalid: 4,
        recordCode: 535,
      },
    ])
  })

  it('sums up the rest of a second in which there are many, so that every call is in a line', () => {
    const { onIntake } = start()
    for (let call = 0; call < 100; call++)
      onIntake(event({ results: call % 2 ? { queued: 1 } : { replaced: 1, 535: 1 } }))
    expect(lines).toHaveLength(5)
    vi.advanceTimersByTime(1_000)
    expect(lines[5]).toEqual({
      level: 'warn',
      event: 'intake',
      account: 'A',
      keyName: 'shop',
      calls: 95,
      records: 142,
      queued: 48,
      replaced: 47,
      invalid: 47,
      recordCode: 535,
    })
    const calls = lines.reduce((sum, line) => sum + Number(line.calls), 0)
    expect(calls).toBe(100)
    onIntake(event())
    expect(lines).toHaveLength(7)
  })

  it('is no warning where every record was taken', () => {
    start().onIntake(event())
    expect(lines).toMatchObject([{ level: 'info', queued: 2 }])
  })

  it('counts keys apart', () => {
    const { onIntake } = start()
    for (let call = 0; call < 6; call++) for (const from of ['shop', 'app']) onIntake(event({ from }))
    expect(lines).toHaveLength(10)
    vi.advanceTimersByTime(1_000)
    expect(lines.slice(10)).toMatchObject([
      { keyName: 'shop', calls: 1 },
      { keyName: 'app', calls: 1 },
    ])
  })

  it('writes what it has counted when it stops, and nothing later', () => {
    const { onIntake, stop } = start()
    for (let call = 0; call < 7; call++) onIntake(event())
    stop()
    expect(lines[5]).toMatchObject({ calls: 2 })
    vi.advanceTimersByTime(5_000)
    expect(lines).toHaveLength(6)
  })

  it('has a browser’s registration at level debug only', () => {
    start('info').onIntake(event({ from: 'browser', results: { queued: 1 } }))
    expect(lines).toEqual([])
    start('debug').onIntake(event({ from: 'browser', results: { queued: 1 } }))
    expect(lines).toMatchObject([{ level: 'debug', event: 'registration', requestId: 'req-1', records: 1, queued: 1 }])
  })
})
