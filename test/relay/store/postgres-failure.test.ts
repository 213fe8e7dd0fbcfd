import { describe, expect, it } from 'vitest'
import { isLoss } from '../../../src/relay/store/postgres/failure.ts'

const errorOf = (code: string): Error => Object.assign(new Error('from the server'), { code })

describe('a connection to PostgreSQL', () => {
  it.each([
    ['25006', 'a write on a standby'],
    ['0A000', 'BEGIN READ WRITE on a standby'],
    ['57P01', 'a server that is shut down'],
    ['08006', 'a broken connection'],
    ['ECONNRESET', 'a network that is gone'],
  ])('is not used again after %s: %s', (code) => {
    expect(isLoss(errorOf(code))).toBe(true)
  })
  it.each([
    ['23505', 'a row that is there already'],
    ['55P03', 'a lock that others hold'],
    ['53100', 'a full disk'],
  ])('is used again after %s: %s', (code) => {
    expect(isLoss(errorOf(code))).toBe(false)
  })
})
