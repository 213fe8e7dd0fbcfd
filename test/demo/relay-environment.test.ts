import { expect, test } from 'vitest'
import { loadConfig } from '../../src/relay/config/load.ts'
import { importDemo } from './import-demo.ts'

type Environment = Record<string, string | undefined>
const { namesAccount, relayEnvironment } = await importDemo<{
  namesAccount(env: Environment): boolean
  relayEnvironment(env: Environment, decisions: object): Environment
}>('server/relay-environment.mjs')

const vapidPublicKey = 'BPmKrXk8BhpjYyNeYrFE3oUsm1nPO6F0qLuk0q3rxNuJPDKcB4sK3d7Z0rVpp9y9uR0oWm8p0g0iJ4vE9m2jT0c'
const decisions = {
  origins: ['http://localhost:8088', 'http://127.0.0.1:8088'],
  apiKey: 'the-api-key-of-this-run',
  adminKey: 'the-admin-key-of-this-run',
  store: '/demo/pushferry.db',
  vapidPublicKey,
  simulator: { url: 'http://127.0.0.1:4000', accountId: 'SIM', passcode: 'sim' },
}

test.each([
  [{}, false],
  [{ CLEVERTAP_REGION: 'in1', CLEVERTAP_URL: 'https://x.example' }, false],
  [{ CLEVERTAP_ACCOUNT_ID: '' }, false],
  [{ CLEVERTAP_ACCOUNT_ID: 'A' }, true],
  [{ CLEVERTAP_PASSCODE: 'p' }, true],
  [{ CLEVERTAP_PASSCODE_FILE: '/p' }, true],
])('of %j, that an account is named is %s', (env, expected) => {
  expect(namesAccount(env)).toBe(expected)
})

test('decides what the demo depends on, whatever is set', () => {
  const env = relayEnvironment(
    {
      PUSHFERRY_HOST: '0.0.0.0',
      PUSHFERRY_STORE: 'postgres://elsewhere/x',
      PUSHFERRY_STORE_FILE: '/x',
      PUSHFERRY_ORIGINS: 'https://www.example.com',
      PUSHFERRY_API_KEYS_FILE: '/y',
      PUSHFERRY_TICKETS: 'required',
      PUSHFERRY_CONFIG: '/z',
      CLEVERTAP_REGION: 'in1',
      PATH: '/bin',
    },
    decisions,
  )
  expect(env).toEqual({
    PUSHFERRY_HOST: '127.0.0.1',
    PUSHFERRY_STORE: 'sqlite:/demo/pushferry.db',
    PUSHFERRY_ORIGINS: 'http://localhost:8088,http://127.0.0.1:8088',
    PUSHFERRY_API_KEYS: 'demo:the-api-key-of-this-run',
    PUSHFERRY_ADMIN_KEY: 'the-admin-key-of-this-run',
    PUSHFERRY_VAPID_PUBLIC_KEY: vapidPublicKey,
    PUSHFERRY_FLUSH_MS: '200',
    PUSHFERRY_RETRY_MAX_MS: '4000',
    CLEVERTAP_URL: 'http://127.0.0.1:4000',
    CLEVERTAP_ACCOUNT_ID: 'SIM',
    CLEVERTAP_PASSCODE: 'sim',
    CLEVERTAP_REGION: 'in1',
  })
})

test("leaves the rest to the caller, and an unknown name to the relay's own refusal", () => {
  const given = {
    PUSHFERRY_PORT: '9000',
    PUSHFERRY_FLUSH_MS: '1',
    PUSHFERRY_VAPID_PUBLIC_KEY: 'own',
    PUSHFERRY_ADMIN_KEY_FILE: '/key',
    CLEVERTAP_ACCOUNT_ID: 'TEST-1',
    PUSHFERRY_PROT: '1',
  }
  const env = relayEnvironment(given, { ...decisions, simulator: undefined })
  expect(env).toMatchObject(given)
  expect(env).not.toHaveProperty('PUSHFERRY_ADMIN_KEY')
  expect(env).not.toHaveProperty('CLEVERTAP_URL')
  expect(() => loadConfig(env)).toThrow(/PUSHFERRY_PROT/)
})
