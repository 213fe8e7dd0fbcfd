import { describe, expect, it } from 'vitest'
import { codeMeanings, meaningOf } from '../../../src/relay/clevertap/code-meanings.ts'
import { codeLabel } from '../../../src/relay/operations/metrics/known-codes.ts'
import { recordProblems } from '../../../src/wire/problem.ts'

describe('what a code means', () => {
  it('is known, with what to do, for every code that a record can be rejected with', () => {
    for (const code of [...Object.keys(recordProblems), 0, 400, 413, 523, 526, 534, 555].map(Number)) {
      expect(Object.hasOwn(codeMeanings, code), String(code)).toBe(true)
      expect(meaningOf(code).meaning).not.toMatch(/\.$/)
      expect(meaningOf(code).remedy).toMatch(/\.$/)
    }
  })

  it.each([999, -1, 5.5, Number.MAX_SAFE_INTEGER])('is unknown for %d, which is no label of its own', (code) => {
    expect(meaningOf(code).meaning).toContain('does not document')
    expect(codeLabel(code)).toBe('other')
  })

  it('is not found for names of object methods', () => {
    expect(codeLabel('constructor')).toBe('other')
    expect(codeLabel(530)).toBe('530')
  })
})
