import { describe, expect, it } from 'vitest'
import { loadPg, settingsFor } from '../../../src/relay/store/postgres/driver.ts'

describe('the driver for PostgreSQL', () => {
  it('says which package to install when it is missing', async () => {
    await expect(loadPg('pg-that-nobody-has-installed')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'no-driver',
      message: 'a store on PostgreSQL needs the package pg: npm install pg',
      cause: expect.anything(),
    })
  })
  it('reads whole numbers as numbers, and asks for nothing at the start that PgBouncer does not know', async () => {
    const settings = settingsFor(await loadPg(), 'postgres://localhost/x')
    expect(settings.types?.getTypeParser(20)('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER)
    expect(settings.types?.getTypeParser(16)('t')).toBe(true)
    expect(Object.keys(settings)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/statement_timeout|lock_timeout|idle_in_transaction|^options$/)]),
    )
  })
})
