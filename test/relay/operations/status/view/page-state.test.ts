import { describe, expect, it } from 'vitest'
import { pageStateOf } from '../../../../../src/relay/operations/status/view/page-state.ts'
import type { Level, StatusSnapshot } from '../../../../../src/relay/operations/status/view/snapshot.ts'
import { accountStatus } from '../sample-state.ts'

const snapshot = (...levels: Level[]): StatusSnapshot => ({
  generatedAt: 1,
  version: '1',
  startedAt: 0,
  store: { kind: 'sqlite', ok: true, reason: null },
  accounts: levels.map((level, index) =>
    accountStatus({ account: `A${index}`, verdict: { level, answer: '', headline: '', remedy: null } }),
  ),
})

describe('what the page shows of a snapshot', () => {
  it('is the account that was asked for, and how the others are', () => {
    const state = pageStateOf(snapshot('good', 'bad'), 'A0')
    expect(state?.account.account).toBe('A0')
    expect(state?.accounts).toEqual([
      { account: 'A0', level: 'good' },
      { account: 'A1', level: 'bad' },
    ])
  })

  it('is the account that does worst when none was asked for, and the first of several', () => {
    expect(pageStateOf(snapshot('good', 'warning', 'bad', 'bad'), undefined)?.account.account).toBe('A2')
    expect(pageStateOf(snapshot('empty', 'busy', 'good'), undefined)?.account.account).toBe('A1')
  })

  it('is nothing when there is no such account', () => {
    expect(pageStateOf(snapshot('good'), 'A1')).toBeUndefined()
    expect(pageStateOf(snapshot(), undefined)).toBeUndefined()
  })
})
