import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeAudit } from '../../tools/audit/judge.mjs'

const report = (counts: Record<string, number>, vulnerabilities: object = {}): string =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: { total: 1, ...counts } } })

describe('the audit of what users install', () => {
  it.each(['high', 'critical'])('fails for a finding of severity %s, and names it', (severity) => {
    const found = { fastify: { name: 'fastify', severity, range: '<5.0.1' } }
    expect(judgeAudit(report({ [severity]: 1 }, found))).toEqual({
      asked: true,
      failed: true,
      lines: [`${severity}: fastify <5.0.1`],
    })
  })

  it('tells of lesser findings and does not fail for them', () => {
    const found = { x: { name: 'x', severity: 'moderate', range: '*' } }
    expect(judgeAudit(report({ moderate: 1 }, found))).toMatchObject({ failed: false, lines: ['moderate: x *'] })
    expect(judgeAudit(report({}))).toEqual({ asked: true, failed: false, lines: ['no known vulnerability'] })
  })

  it.each([
    ['has no audit endpoint', JSON.stringify({ message: '405 Method Not Allowed - POST …', statusCode: 405 })],
    ['is not reached', JSON.stringify({ error: { code: 'ECONNREFUSED', summary: 'request failed', detail: '' } })],
    ['makes npm say nothing', ''],
    ['makes npm say null', 'null'],
  ])('does not fail where the registry %s, and says that nothing was asked', (_, stdout) => {
    const { asked, failed, lines } = judgeAudit(stdout)
    expect({ asked, failed }).toEqual({ asked: false, failed: false })
    expect(lines.join()).toMatch(/^not asked: /)
  })

  it('is a step of .ci/run', () => {
    expect(readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8')).toMatch(/^npm run audit$/m)
  })
})
