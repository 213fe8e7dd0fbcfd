import { describe, expect, it } from 'vitest'
import { decodeRow, oweWithdrawal } from '../../src/browser/row.ts'

const now = Date.UTC(2026, 10, 29)
const day = 86_400_000

describe('decodeRow', () => {
  it.each([undefined, null, 42, 'text', [], {}])('reads %j as an empty row', (stored) => {
    expect(decodeRow(stored, now)).toEqual(decodeRow({}, now))
  })

  it('reads back what was stored', () => {
    const row = decodeRow(
      {
        relay: 'https://push.example.com/v1/',
        keys: { 'ct-1': 'k' },
        withdraw: { 'ct-0': 'k' },
        at: now,
        retryAt: now + 5,
        reason: 'handed-to-clevertap-sdk',
        off: true,
      },
      now,
    )
    expect(decodeRow(structuredClone(row), now)).toEqual(row)
    expect(row).toMatchObject({ keys: { 'ct-1': 'k' }, withdraw: { 'ct-0': 'k' }, off: true })
  })

  it('gives each member of another type its empty value', () => {
    const damaged = { relay: 7, keys: null, withdraw: 'x', settled: {}, at: 'never', retryAt: NaN, off: 'yes' }
    expect(decodeRow(damaged, now)).toMatchObject({ relay: '', keys: {}, withdraw: {}, settled: '', at: 0, off: false })
  })

  it('keeps only the non-empty strings among keys and withdrawals', () => {
    expect(decodeRow({ keys: { a: 'k', b: 1, c: null, d: '' } }, now).keys).toEqual({ a: 'k' })
  })

  it.each(['at', 'retryAt'] as const)('believes no %s that lies further ahead than a day', (name) => {
    expect(decodeRow({ [name]: now + day }, now)[name]).toBe(now + day)
    expect(decodeRow({ [name]: now + day + 1 }, now)[name]).toBe(0)
  })

  it('drops a reason that no page, worker or relay has written', () => {
    expect(decodeRow({ reason: 'Because!' }, now).reason).toBe('')
    expect(decodeRow({ reason: 'http-503' }, now).reason).toBe('http-503')
  })
})

describe('oweWithdrawal', () => {
  it('owes nothing for what the relay has never answered', () => {
    const row = decodeRow({ objectId: 'ct-1' }, now)
    oweWithdrawal(row)
    expect(row.withdraw).toEqual({})
  })

  it('owes nothing for what the relay has refused, or a fallback has taken', () => {
    const row = decodeRow({ objectId: 'ct-1', settled: 'ct-1https://…', keys: { 'ct-1': '' } }, now)
    oweWithdrawal(row)
    expect(row).toMatchObject({ withdraw: {}, settled: '' })
  })

  it('takes the registration key with it', () => {
    const row = decodeRow({ objectId: 'ct-1', settled: 'ct-1https://…', keys: { 'ct-1': 'k' } }, now)
    oweWithdrawal(row)
    expect(row).toMatchObject({ withdraw: { 'ct-1': 'k' }, settled: '' })
  })
})
