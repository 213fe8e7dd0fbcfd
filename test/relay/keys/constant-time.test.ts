import { timingSafeEqual } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../../src/relay/config/load.ts'
import { createApiKeyCheck } from '../../../src/relay/keys/api-keys.ts'
import { sameSecret } from '../../../src/relay/keys/same-secret.ts'

// Files share a process: what others have loaded must not be what is looked at here, nor the other way round.
vi.hoisted(() => void vi.resetModules())
afterAll(() => {
  vi.doUnmock('node:crypto')
  vi.resetModules()
})
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  return {
    ...crypto,
    timingSafeEqual: vi.fn((one: Uint8Array, other: Uint8Array) => crypto.timingSafeEqual(one, other)),
  }
})

const compared = vi.mocked(timingSafeEqual)
beforeEach(() => {
  compared.mockClear() // not returned: vitest would call it afterwards
})

describe('the time that a comparison takes', () => {
  it.each([
    ['the secret', 'secret'],
    ['its start', 'sec'],
    ['nothing', ''],
    ['something long', 'x'.repeat(5000)],
  ])(
    'says nothing of the secret, because digests of one length are compared in constant time: %s is given',
    (_, given) => {
      expect(sameSecret(given, 'secret')).toBe(given === 'secret')
      expect(compared).toHaveBeenCalledTimes(1)
      expect(compared.mock.calls[0]?.map(({ byteLength }) => byteLength)).toEqual([64, 64])
    },
  )

  it('takes the same time for every API key in the list', () => {
    const check = createApiKeyCheck(
      loadConfig({
        CLEVERTAP_ACCOUNT_ID: 'ONE',
        CLEVERTAP_PASSCODE: 'p',
        PUSHFERRY_API_KEYS: 'a:first-key,b:second-key,c:third-key',
      }).accounts,
    )
    for (const key of ['first-key', 'third-key', 'another']) {
      compared.mockClear()
      check(key, undefined)
      expect(compared).toHaveBeenCalledTimes(3)
    }
  })
})
