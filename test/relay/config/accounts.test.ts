import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../../src/relay/config/index.ts'

const load = (accounts: unknown, env: Record<string, string> = {}) =>
  loadConfig({ PUSHFERRY_CONFIG: '/etc/pushferry.json', ...env }, () =>
    typeof accounts === 'string' ? accounts : JSON.stringify({ accounts }),
  )
const refusal = (accounts: unknown, env: Record<string, string> = {}): string => {
  try {
    load(accounts, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'taken'
}

const one = { CLEVERTAP_ACCOUNT_ID: 'ONE', CLEVERTAP_PASSCODE: 'marked-1' }
const two = { CLEVERTAP_ACCOUNT_ID: 'TWO', CLEVERTAP_PASSCODE: 'marked-2' }

describe('several accounts in one file', () => {
  it('each have their own settings, by the names of the environment or short', () => {
    const { accounts } = load([
      { ...one, PUSHFERRY_ORIGINS: ['https://one.example', 'https://m.one.example'], PUSHFERRY_UPLOAD_CONCURRENCY: 15 },
      { accountId: 'TWO', passcode: 'marked-2', region: 'in1', origins: 'https://two.example', flushMs: '2s' },
    ])
    expect(accounts).toMatchObject([
      { id: 'ONE', origins: ['https://one.example', 'https://m.one.example'], uploadConcurrency: 15, flushMs: 1000 },
      { id: 'TWO', apiOrigin: 'https://in1.api.clevertap.com', origins: ['https://two.example'], flushMs: 2000 },
    ])
  })

  it('take what they do not say from the environment', () => {
    const env = { PUSHFERRY_API_KEYS: 'all:one-key-for-both', CLEVERTAP_URL: 'http://127.0.0.1:9' }
    const { accounts } = load([one, { ...two, CLEVERTAP_REGION: 'us1', PUSHFERRY_API_KEYS: 'own:other' }], env)
    expect(accounts).toMatchObject([
      { apiOrigin: 'http://127.0.0.1:9', apiKeys: [{ name: 'all' }] },
      { apiOrigin: 'https://us1.api.clevertap.com', apiKeys: [{ name: 'own' }] },
    ])
  })

  it('may have numbers without quotes, and a share as a fraction', () => {
    const { accounts } = load([{ accountId: 123456789, passcode: 900719925474, verify: 0.05, uploadConcurrency: 2 }])
    expect(accounts).toMatchObject([{ id: '123456789', passcode: '900719925474', verify: 0.05, uploadConcurrency: 2 }])
  })

  it.each([
    ['PUSHFERRY_ORIGINS', '*'],
    ['PUSHFERRY_API_KEYS', ','],
    ['PUSHFERRY_UPLOAD_CONCURRENCY', 'abc'],
    ['PUSHFERRY_TICKETS', 'yes'],
    ['PUSHFERRY_API_KEYS_FILE', '/nope'],
    ['CLEVERTAP_PASSCODE', '"q"'],
    ['CLEVERTAP_REGION', 'germany'],
    ['CLEVERTAP_URL', 'http://example.com'],
  ])('do not hide %s=%s in the environment, which they replace', (name, value) => {
    const own = { ...one, origins: 'https://a.example', apiKeys: 'key', uploadConcurrency: 2, tickets: 'off' }
    const readFile = (path: string): string => {
      if (path === '/nope') throw new Error('ENOENT')
      return JSON.stringify({ accounts: [{ ...own, region: 'eu1', url: 'https://eu1.api.clevertap.com' }] })
    }
    expect(() => loadConfig({ PUSHFERRY_CONFIG: 'x', [name]: value }, readFile)).toThrow(
      new RegExp(`^${name} (?:must|is wrapped in quotes)`),
    )
  })

  it('may share a ticket key where each has an audience of its own', () => {
    const env = { PUSHFERRY_TICKET_KEY: 'k'.repeat(32) }
    const { accounts } = load(
      [
        { ...one, ticketAudience: 'one' },
        { ...two, ticketAudience: 'two' },
      ],
      env,
    )
    expect(accounts).toMatchObject([{ ticketAudience: 'one' }, { ticketAudience: 'two' }])
    expect(load([one, two], {}).accounts).toHaveLength(2)
  })

  it.each([
    [
      'an account id twice',
      [one, one],
      /CLEVERTAP_ACCOUNT_ID must differ, but accounts\[0\] and accounts\[1\] have the same$/,
    ],
    [
      'an origin twice',
      [
        { ...one, origins: 'https://a.example' },
        { ...two, origins: 'https://a.example:443' },
      ],
      /PUSHFERRY_ORIGINS must belong to one account only, but accounts\[0\] and accounts\[1\] share one$/,
    ],
    [
      'a ticket key that is shared without an audience',
      [
        { ...one, ticketKey: 'k'.repeat(32) },
        { ...two, ticketKey: 'k'.repeat(32), ticketAudience: 'two' },
      ],
      /^PUSHFERRY_CONFIG: accounts\[0\] and accounts\[1\] share a key of PUSHFERRY_TICKET_KEY: give each a PUSHFERRY_TICKET_AUDIENCE/,
    ],
    [
      'a ticket key that is shared with one audience',
      [
        { ...one, ticketKey: 'k'.repeat(32), ticketAudience: 'both' },
        { ...two, ticketKey: 'k'.repeat(32), ticketAudience: 'both' },
      ],
      /share a key of PUSHFERRY_TICKET_KEY/,
    ],
    ['a missing passcode', [one, { accountId: 'TWO' }], /^accounts\[1\] of PUSHFERRY_CONFIG: CLEVERTAP_PASSCODE must/],
    [
      'a wrong value',
      [{ ...one, flushMs: 'marked' }],
      /^accounts\[0\] of PUSHFERRY_CONFIG: PUSHFERRY_FLUSH_MS must be/,
    ],
    ['an unknown name', [{ ...one, originz: 'marked' }], /"originz" is not an account setting, did you mean origins\?/],
    ['a setting of the process', [{ ...one, PUSHFERRY_PORT: 1 }], /"PUSHFERRY_PORT" is not an account setting/],
    [
      'the same setting in both spellings',
      [{ ...one, passcode: 'marked' }],
      /CLEVERTAP_PASSCODE must not be given twice/,
    ],
    [
      'a value of another kind',
      [{ ...one, origins: { a: 'marked' } }],
      /"origins" must be a string, a number or a list/,
    ],
    [
      'a passcode as a number with more digits than JSON keeps',
      '{"accounts":[{"accountId":"ONE","passcode":12345678901234567890}]}',
      /"passcode" has a number whose digits JSON does not keep: put it in quotes$/,
    ],
    [
      'an API key of 23 digits without quotes, in a list',
      '{"accounts":[{"accountId":"ONE","passcode":"p","apiKeys":["a:k",10000000000000000000001]}]}',
      /"apiKeys" has a number whose digits JSON does not keep: put it in quotes$/,
    ],
    [
      'an entry of a list that would become two keys',
      [{ ...one, apiKeys: ['shop:marked-0123456789,a'] }],
      /"apiKeys" has an entry with a comma or a line break, which separate entries$/,
    ],
    [
      'a passcode as a fraction',
      '{"accounts":[{"accountId":"ONE","passcode":0.1234567890123456789}]}',
      /"passcode" has a number whose digits JSON does not keep: put it in quotes$/,
    ],
    ['no account', [], /with at least one account/],
    ['an account that is no object', ['marked'], /^accounts\[0\] of PUSHFERRY_CONFIG: must be an object/],
    ['a file that is not JSON', '{"accounts": marked', /must be JSON/],
    ['more than accounts', '{"accounts":[{}],"port":1}', /must be \{"accounts":\[\{…\}\]\}/],
  ])('stop the start with one line and no value in it: %s', (_, accounts, line) => {
    expect(refusal(accounts)).toMatch(line)
    expect(refusal(accounts)).not.toMatch(/\n|marked/)
  })

  it('stop the start when the file cannot be read', () => {
    const readFile = (): string => {
      throw new Error('ENOENT')
    }
    expect(() => loadConfig({ PUSHFERRY_CONFIG: 'x' }, readFile)).toThrow('PUSHFERRY_CONFIG must name a JSON file')
  })
})
