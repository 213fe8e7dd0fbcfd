import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/relay/config/load.ts'
import { createApiKeyCheck } from '../../../src/relay/keys/api-keys.ts'
import { createRegistrationKeys } from '../../../src/relay/keys/registration-key.ts'
import { sameSecret } from '../../../src/relay/keys/same-secret.ts'

describe('comparing secrets', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['', '', true],
    ['a', '', false],
    ['a', 'aa', false],
    ['ü', 'u\u0308', false],
    ['\ud800', '\ud801', true], // neither can be told apart in UTF-8, and neither can be configured
  ])('compares the secrets %j and %j: %s', (given, expected, same) => {
    expect(sameSecret(given, expected)).toBe(same)
  })
})

describe('the registration key', () => {
  it('is HMAC-SHA256 over account and objectId as a JSON array', async () => {
    const keys = createRegistrationKeys(async () => 'secret')
    expect(await keys('A', 'o"1')).toBe(createHmac('sha256', 'secret').update('["A","o\\"1"]').digest('base64url'))
  })

  it('differs where account and objectId are divided otherwise', async () => {
    const keys = createRegistrationKeys(async () => 'secret')
    const made = await Promise.all([
      keys('A', 'BC'),
      keys('AB', 'C'),
      keys('A","B', 'C'),
      keys('A', 'B","C'),
      keys('', 'ABC'),
    ])
    expect(new Set(made).size).toBe(made.length)
  })

  it('asks for the secret once, and again when it could not be had', async () => {
    let asked = 0
    const keys = createRegistrationKeys(async () => {
      if (++asked === 1) throw new Error('no database yet')
      return 'secret'
    })
    await expect(keys('A', 'o')).rejects.toThrow('no database yet')
    expect(await keys('A', 'o')).toBe(await keys('A', 'o'))
    expect(asked).toBe(2)
  })
})

describe('API keys', () => {
  const { accounts } = loadConfig({ PUSHFERRY_CONFIG: 'x' }, () =>
    JSON.stringify({
      accounts: [
        { accountId: 'ONE', passcode: 'p', apiKeys: 'a:key-a,both:key-both' },
        { accountId: 'TWO', passcode: 'p', apiKeys: 'b:key-b,both:key-both' },
      ],
    }),
  )
  const check = createApiKeyCheck(accounts)

  it.each<[string, string | undefined, string | undefined]>([
    ['key-a', undefined, 'ONE a'],
    ['key-a', 'ONE', 'ONE a'],
    ['key-a', 'TWO', undefined],
    ['key-a', 'THREE', undefined],
    ['key-b', undefined, 'TWO b'],
    ['key-both', 'TWO', 'TWO both'],
    ['key-both', undefined, undefined],
    ['key-A', undefined, undefined],
    ['', undefined, undefined],
  ])('finds the account and the name of an API key: %s with account %s is %s', (key, account, expected) => {
    const caller = check(key, account)
    expect(caller && `${caller.account.id} ${caller.keyName}`).toBe(expected)
  })
})
