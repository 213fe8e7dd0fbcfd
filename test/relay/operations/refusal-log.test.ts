import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLog } from '../../../src/relay/operations/log.ts'
import { createRefusalLog } from '../../../src/relay/operations/refusal-log.ts'

describe('the log of refused requests', () => {
  let lines: Record<string, unknown>[] = []
  const start = () => createRefusalLog(createLog('info', { write: (line) => lines.push(JSON.parse(line)) }))
  const forbidden = { status: 403, code: 'origin_not_allowed', route: '/v1/config' }
  beforeEach(() => {
    lines = []
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it('sums up the refusals of one kind once a second, beyond the first five', () => {
    const { write } = start()
    for (let request = 0; request < 10_000; request++) write('warn', forbidden, { requestId: `r-${request}` })
    expect(lines).toHaveLength(5)
    expect(lines[4]).toMatchObject({ event: 'request refused', requestId: 'r-4', code: 'origin_not_allowed' })
    vi.advanceTimersByTime(1_000)
    expect(lines).toHaveLength(6)
    expect(lines[5]).toMatchObject({ level: 'warn', event: 'requests refused', ...forbidden, calls: 9_995 })
    expect(lines[5]).not.toHaveProperty('requestId')
    vi.advanceTimersByTime(10_000)
    write('warn', forbidden, { requestId: 'next' })
    expect(lines).toHaveLength(7)
  })

  it('has lines of its own for each kind', () => {
    const { write } = start()
    for (let request = 0; request < 100; request++) write('warn', forbidden, {})
    write('warn', { ...forbidden, code: 'unauthorized' }, { address: '192.0.2.1' })
    expect(lines.at(-1)).toMatchObject({ code: 'unauthorized', address: '192.0.2.1' })
  })

  it('writes what it has counted when it stops', () => {
    const { write, stop } = start()
    for (let request = 0; request < 7; request++) write('warn', forbidden, {})
    stop()
    expect(lines.at(-1)).toMatchObject({ event: 'requests refused', calls: 2 })
  })
})
