import { describe, expect, it } from 'vitest'
import { createLog } from '../../../src/relay/operations/log.ts'

const collect = (level: 'debug' | 'info' | 'warn' | 'error') => {
  const lines: string[] = []
  return { log: createLog(level, { write: (line) => lines.push(line) }), lines }
}

describe('the log', () => {
  it('writes one JSON line for an event, with time, level and what the redaction lets through', () => {
    const { log, lines } = collect('info')
    log.warn('request refused', { status: 403, code: 'origin_not_allowed', passcode: 'marked' })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\{.*\}\n$/)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'request refused',
      status: 403,
      code: 'origin_not_allowed',
      dropped: ['passcode'],
    })
  })

  it.each([
    ['debug', 4],
    ['info', 3],
    ['warn', 2],
    ['error', 1],
  ] as const)('at level %s writes %i of the four levels', (level, count) => {
    const { log, lines } = collect(level)
    for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name](name)
    expect(lines).toHaveLength(count)
  })

  it('writes every event as one line, even with line breaks in a value', () => {
    const { log, lines } = collect('info')
    log.info('x', { detail: 'a\nb\u2028c\u0000"' })
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\0]/)
    expect(JSON.parse(lines[0] ?? '').detail).toBe('a\nb\u2028c\u0000"')
  })
})
