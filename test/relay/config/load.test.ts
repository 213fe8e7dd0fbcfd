import { createECDH } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ConfigError, loadConfig, loadStoreConfig } from '../../../src/relay/config/index.ts'
import { readTextFile } from '../../../src/relay/config/read-text-file.ts'
import { settings } from '../../../src/relay/config/settings.ts'
import { knownNames } from '../../../src/relay/config/source.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

const credentials = { CLEVERTAP_ACCOUNT_ID: 'TEST-ACC-1', CLEVERTAP_PASSCODE: 'marked-passcode' }
const noFile = (): string => {
  throw new Error('ENOENT')
}

const refusal = (env: Record<string, string>, readFile: (path: string) => string = noFile): string => {
  try {
    loadConfig(env, readFile)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'taken'
}
const load = (env: Record<string, string>) => loadConfig({ ...credentials, ...env }, noFile)
const account = (env: Record<string, string>) => load(env).accounts[0]

describe('the configuration of a relay', () => {
  it('needs nothing but the CleverTap credentials', () => {
    expect(load({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      store: { kind: 'sqlite', path: 'pushferry.db' },
      adminKey: undefined,
      secret: undefined,
      leaseMs: 60_000,
      maxQueued: 1_000_000,
      maxUnproved: 100_000,
      keepRejectedMs: 30 * 86_400_000,
      rateLimit: 60,
      keepAliveMs: 65_000,
      connectionsPerAddress: 256,
      trustProxy: [],
      logLevel: 'info',
      accounts: [
        {
          id: 'TEST-ACC-1',
          passcode: 'marked-passcode',
          apiOrigin: 'https://eu1.api.clevertap.com',
          proxy: undefined,
          origins: [],
          apiKeys: [],
          tickets: 'off',
          ticketKeys: [],
          ticketAudience: undefined,
          vapidPublicKey: undefined,
          webTypes: [],
          takeover: 'refuse',
          keyIdleMs: 30 * 86_400_000,
          keyPadding: 'padded',
          uploadConcurrency: 3,
          uploadBatch: 100,
          uploadTimeoutMs: 30_000,
          flushMs: 1000,
          retryBaseMs: 1000,
          retryMaxMs: 300_000,
          deferMs: [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000],
          verify: 0,
        },
      ],
      warnings: ['account TEST-ACC-1 accepts no records: neither PUSHFERRY_ORIGINS nor PUSHFERRY_API_KEYS is set'],
    })
  })

  it.each(['CLEVERTAP_ACCOUNT_ID', 'CLEVERTAP_PASSCODE'])('does not start without %s', (name) => {
    expect(refusal({ ...credentials, [name]: '' })).toMatch(new RegExp(`^${name} must be set: .*CleverTap dashboard`))
  })

  it('is read without a passcode for work on the store alone, and as strictly otherwise', () => {
    const { accounts } = loadStoreConfig({ CLEVERTAP_ACCOUNT_ID: 'TEST-ACC-1' }, noFile)
    expect(accounts).toEqual([{ ...load({}).accounts[0], passcode: undefined }])
    expect(() => loadStoreConfig({}, noFile)).toThrow('CLEVERTAP_ACCOUNT_ID must be set')
    expect(() => loadStoreConfig({ ...credentials, PUSHFERRY_PORT: 'x' }, noFile)).toThrow('PUSHFERRY_PORT must be')
  })

  it('takes an empty variable as not set', () => {
    expect(load({ PUSHFERRY_PORT: '', PUSHFERRY_ADMIN_KEY: ' ' })).toMatchObject({ port: 8080, adminKey: undefined })
  })

  it('finds the API by region or by URL, and the URL wins', () => {
    expect(account({ CLEVERTAP_REGION: 'in1' })?.apiOrigin).toBe('https://in1.api.clevertap.com')
    expect(account({ CLEVERTAP_REGION: 'sk1' })?.apiOrigin).toBe('https://sk1.api.clevertap.com')
    expect(account({ CLEVERTAP_URL: 'http://127.0.0.1:9/', CLEVERTAP_REGION: 'in1' })?.apiOrigin).toBe(
      'http://127.0.0.1:9',
    )
    expect(account({ CLEVERTAP_URL: 'http://[::1]:9' })?.apiOrigin).toBe('http://[::1]:9')
  })

  it('reads lists, origins in the form that browsers send, and keys with and without names', () => {
    const read = account({
      PUSHFERRY_ORIGINS: 'https://A.example:443/, http://localhost:5173,https://a.example',
      PUSHFERRY_API_KEYS: 'shop:0123456789abcdef,c29tZSBrZXkgaW4gYmFzZTY0==',
      PUSHFERRY_WEB_TYPES: 'Updates.push.services.mozilla.com=chrome,*.notify.windows.com=wns',
    })
    expect(read?.origins).toEqual(['https://a.example', 'http://localhost:5173'])
    expect(read?.apiKeys).toEqual([
      { name: 'shop', key: '0123456789abcdef' },
      { name: expect.stringMatching(/^key-[0-9a-f]{8}$/), key: 'c29tZSBrZXkgaW4gYmFzZTY0==' },
    ])
    expect(read?.webTypes).toEqual([
      { host: 'updates.push.services.mozilla.com', type: 'chrome' },
      { host: '*.notify.windows.com', type: 'wns' },
    ])
  })

  it('reads the lines of a list in a file, with or without commas and with blank lines', () => {
    const read = account({
      PUSHFERRY_ORIGINS: 'https://a.example,\r\nhttps://b.example\n\n  https://c.example ,\n https://d.example',
    })
    expect(read?.origins).toEqual(['a', 'b', 'c', 'd'].map((host) => `https://${host}.example`))
  })

  it('reads durations with a unit, and bare milliseconds where the name says so', () => {
    expect(account({ PUSHFERRY_FLUSH_MS: '250' })?.flushMs).toBe(250)
    expect(account({ PUSHFERRY_FLUSH_MS: '2s' })?.flushMs).toBe(2000)
    expect(account({ PUSHFERRY_DEFER: '5ms, 6s,7m,8h,9d' })?.deferMs).toEqual([
      5, 6000, 420_000, 28_800_000, 777_600_000,
    ])
  })

  it('moves the default of one retry wait where the other is set beyond it', () => {
    expect(account({ PUSHFERRY_RETRY_MAX_MS: '200' })).toMatchObject({ retryBaseMs: 200, retryMaxMs: 200 })
    expect(account({ PUSHFERRY_RETRY_BASE_MS: '10m' })).toMatchObject({ retryBaseMs: 600_000, retryMaxMs: 600_000 })
    expect(account({ PUSHFERRY_RETRY_BASE_MS: '10', PUSHFERRY_RETRY_MAX_MS: '20' })).toMatchObject({
      retryBaseMs: 10,
      retryMaxMs: 20,
    })
  })

  it('reads the store, proxies and the VAPID key', () => {
    const point = createECDH('prime256v1').generateKeys()
    expect(load({ PUSHFERRY_STORE: 'sqlite:/srv/a b.db' }).store).toEqual({ kind: 'sqlite', path: '/srv/a b.db' })
    expect(load({ PUSHFERRY_STORE: 'postgres://u:p@h/d' }).store).toEqual({
      kind: 'postgres',
      url: 'postgres://u:p@h/d',
    })
    expect(load({ PUSHFERRY_TRUST_PROXY: 'loopback,10.0.0.0/8,::1' }).trustProxy).toEqual([
      'loopback',
      '10.0.0.0/8',
      '::1',
    ])
    expect(account({ PUSHFERRY_VAPID_PUBLIC_KEY: point.toString('base64') })?.vapidPublicKey).toBe(
      point.toString('base64url'),
    )
  })

  it('warns of a PUSHFERRY_KEY_IDLE that browsers which visit do not meet', () => {
    const warningsWith = (idle: string): string => load({ PUSHFERRY_KEY_IDLE: idle }).warnings.join()
    expect(warningsWith('14d')).toContain('PUSHFERRY_KEY_IDLE of less than 15d')
    expect(warningsWith('15d')).not.toContain('PUSHFERRY_KEY_IDLE')
  })
  it.each([
    ['CLEVERTAP_PASSCODE', '"marked-0123456789', 'CLEVERTAP_PASSCODE of account ABC begins or ends with a quote'],
    ['PUSHFERRY_ADMIN_KEY', "marked-0123456789'", 'PUSHFERRY_ADMIN_KEY begins or ends with a quote'],
    ['ALL_PROXY', 'socks5://proxy.example:1080', 'ALL_PROXY is not used: if the relay needs a proxy'],
  ])('warns of a half-quoted secret and of a proxy that it does not use: %s=%s', (name, value, warning) => {
    const env = { ...credentials, CLEVERTAP_ACCOUNT_ID: 'ABC', PUSHFERRY_API_KEYS: 'k'.repeat(20), [name]: value }
    expect(loadConfig(env).warnings).toEqual([expect.stringContaining(warning)])
    expect(loadConfig(env).warnings.join()).not.toContain('marked')
  })

  it('does not warn of ALL_PROXY beside HTTPS_PROXY', () => {
    const proxies = { ALL_PROXY: 'socks5://proxy.example:1080', HTTPS_PROXY: 'http://proxy.example:3128' }
    expect(loadConfig({ ...credentials, PUSHFERRY_API_KEYS: 'k'.repeat(20), ...proxies }).warnings).toEqual([])
  })

  it('warns of weak secrets without showing them', () => {
    const { warnings } = load({
      PUSHFERRY_SECRET: 'weak1',
      PUSHFERRY_ADMIN_KEY: 'weak2',
      PUSHFERRY_API_KEYS: 'shop:weak3',
    })
    expect(warnings).toHaveLength(3)
    expect(warnings.join()).not.toMatch(/weak\d/)
    expect(warnings.join()).toContain('shop')
  })
})

describe('a secret', () => {
  it('is read from the file that its name with _FILE names', () => {
    const readFile = (path: string): string => (path === '/run/key' ? 'one:first-key\ntwo:second-key\n' : noFile())
    const config = loadConfig({ ...credentials, PUSHFERRY_API_KEYS_FILE: '/run/key' }, readFile)
    expect(config.accounts[0]?.apiKeys.map(({ name }) => name)).toEqual(['one', 'two'])
  })

  it('must not be set directly and by a file at once', () => {
    expect(refusal({ ...credentials, PUSHFERRY_SECRET: 'a', PUSHFERRY_SECRET_FILE: 'b' })).toBe(
      'PUSHFERRY_SECRET and PUSHFERRY_SECRET_FILE must not both be set',
    )
  })

  it('stops the start when its file cannot be read, is empty, or holds what is not allowed', () => {
    const env = { ...credentials, PUSHFERRY_ADMIN_KEY_FILE: 'marked-path' }
    expect(refusal(env)).toBe('PUSHFERRY_ADMIN_KEY_FILE must name a file that can be read')
    expect(refusal(env, () => '\n')).toBe('PUSHFERRY_ADMIN_KEY_FILE must name a file that is not empty')
    expect(refusal(env, () => 'two words')).toMatch(/^the file of PUSHFERRY_ADMIN_KEY_FILE must be a string of at most/)
  })

  it('stops the start with the reason why its file cannot be read, and without its path', () => {
    const folder = memoryFolder()
    onTestFinished(folder.remove)
    const lineFor = (path: string): string => {
      const env = { ...credentials, PUSHFERRY_ADMIN_KEY_FILE: path }
      return refusal(env, (name) => readFileSync(name, 'utf8'))
    }
    const line = 'PUSHFERRY_ADMIN_KEY_FILE must name a file that can be read'
    expect(lineFor(folder.file('marked'))).toBe(`${line}; there is no file at its path`)
    expect(lineFor(folder.path)).toBe(`${line}; its path is that of a folder`)
  })

  it('has a name with _FILE, and nothing else has', () => {
    expect(knownNames.filter((name) => name.endsWith('_FILE'))).toEqual([
      'CLEVERTAP_PASSCODE_FILE',
      'PUSHFERRY_STORE_FILE',
      'PUSHFERRY_API_KEYS_FILE',
      'PUSHFERRY_ADMIN_KEY_FILE',
      'PUSHFERRY_TICKET_KEY_FILE',
      'PUSHFERRY_SECRET_FILE',
    ])
    expect(refusal({ ...credentials, PUSHFERRY_PORT_FILE: 'x' })).toContain('PUSHFERRY_PORT_FILE is not known')
  })
})

describe('a wrong value', () => {
  const secret = 'marked secret'
  it.each([
    ['PUSHFERRY_PORT', '65536'],
    ['PUSHFERRY_PORT', '80.5'],
    ['PUSHFERRY_PORT', '-1'],
    ['PUSHFERRY_HOST', 'a b'],
    ['PUSHFERRY_STORE', 'memory:'],
    ['PUSHFERRY_STORE', 'sqlite:'],
    ['PUSHFERRY_STORE', 'sqlite::memory:'],
    ['PUSHFERRY_STORE', 'mysql://u:marked-secret@h'],
    ['PUSHFERRY_ORIGINS', '*'],
    ['PUSHFERRY_ORIGINS', 'https://*.example.com'],
    ['PUSHFERRY_ORIGINS', 'null'],
    ['PUSHFERRY_ORIGINS', 'https://a.example/path'],
    ['PUSHFERRY_ORIGINS', 'https://a.example/?'],
    ['PUSHFERRY_ORIGINS', 'https://u:p@a.example'],
    ['PUSHFERRY_ORIGINS', 'https://a.example,'],
    ['PUSHFERRY_ORIGINS', 'ftp://a.example'],
    ['PUSHFERRY_API_KEYS', 'a:same,b:same'],
    ['PUSHFERRY_API_KEYS', 'a:one,a:two'],
    ['PUSHFERRY_API_KEYS', secret],
    ['PUSHFERRY_ADMIN_KEY', secret],
    ['PUSHFERRY_TICKETS', 'on'],
    ['PUSHFERRY_TICKET_KEY', 'marked-too-short-31-characters-'],
    ['PUSHFERRY_TICKET_KEY', '{"keys":[]}'],
    ['PUSHFERRY_TICKET_AUDIENCE', 'two words'],
    ['PUSHFERRY_VAPID_PUBLIC_KEY', 'BA'.padEnd(87, 'A')],
    ['PUSHFERRY_VAPID_PUBLIC_KEY', 'marked-private-half-of-43-characters-AAAAAA'],
    ['PUSHFERRY_WEB_TYPES', 'updates.push.services.mozilla.com'],
    ['PUSHFERRY_WEB_TYPES', 'updates.push.services.mozilla.com=firefox'],
    ['PUSHFERRY_WEB_TYPES', '*=chrome'],
    ['PUSHFERRY_KEY_PADDING', 'yes'],
    ['PUSHFERRY_UPLOAD_CONCURRENCY', '16'],
    ['PUSHFERRY_UPLOAD_CONCURRENCY', '0'],
    ['PUSHFERRY_UPLOAD_BATCH', '101'],
    ['PUSHFERRY_UPLOAD_TIMEOUT_MS', '0'],
    ['PUSHFERRY_FLUSH_MS', '1 s'],
    ['PUSHFERRY_FLUSH_MS', '1.5s'],
    ['PUSHFERRY_DEFER', '60000'],
    ['PUSHFERRY_DEFER', '1m,,2m'],
    ['PUSHFERRY_LEASE_MS', '1w'],
    ['PUSHFERRY_MAX_QUEUED', '0'],
    ['PUSHFERRY_RATE_LIMIT', 'none'],
    ['PUSHFERRY_TRUST_PROXY', 'true'],
    ['PUSHFERRY_TRUST_PROXY', '0.0.0.0/0'],
    ['PUSHFERRY_TRUST_PROXY', '::/0'],
    ['PUSHFERRY_TRUST_PROXY', '0.0.0.0/00'],
    ['PUSHFERRY_TRUST_PROXY', '::ffff:0.0.0.0/96'],
    ['PUSHFERRY_TRUST_PROXY', '10.0.0.0/33'],
    ['PUSHFERRY_VERIFY', '1.1'],
    ['PUSHFERRY_VERIFY', '5%'],
    ['PUSHFERRY_LOG_LEVEL', 'trace'],
    ['CLEVERTAP_REGION', 'in1.api.clevertap.com'],
    ['CLEVERTAP_URL', 'http://api.clevertap.com'],
    ['CLEVERTAP_URL', 'https://in1.api.clevertap.com/1/upload'],
    ['CLEVERTAP_URL', 'http://127.0.0.1.example.com'],
    ['CLEVERTAP_ACCOUNT_ID', '__proto__ x'],
    ['CLEVERTAP_PASSCODE', secret],
  ])('stops the start with one line that names the setting and what is allowed: %s=%s', (name, value) => {
    const line = refusal({ ...credentials, [name]: value })
    expect(line).toContain(`${name} must be `)
    expect(line).toContain(settings[name as keyof typeof settings].kind.allowed)
    expect(line).not.toMatch(/\n|marked/)
  })

  it('is refused where two settings do not fit each other', () => {
    expect(refusal({ ...credentials, PUSHFERRY_TICKETS: 'required' })).toBe(
      'PUSHFERRY_TICKET_KEY must be set when PUSHFERRY_TICKETS is required',
    )
    expect(refusal({ ...credentials, PUSHFERRY_RETRY_BASE_MS: '10', PUSHFERRY_RETRY_MAX_MS: '9' })).toBe(
      'PUSHFERRY_RETRY_MAX_MS must not be less than PUSHFERRY_RETRY_BASE_MS',
    )
  })
})

describe('a line about a wrong value', () => {
  const key = `BP${'A'.repeat(30)}`
  it.each([
    [
      'PUSHFERRY_ORIGINS',
      'https://a.example,https://b.example/shop',
      'entry 2 of 2 is wrong: it has a path, query or fragment',
    ],
    ['PUSHFERRY_ORIGINS', 'https://a.example,,https://b.example', 'entry 2 of 3 is wrong: it is empty'],
    ['PUSHFERRY_ORIGINS', 'www.example.com', 'entry 1 of 1 is wrong: it does not begin with https://'],
    ['PUSHFERRY_ORIGINS', 'https://*.example.com', 'entry 1 of 1 is wrong: * is not a wildcard here'],
    ['PUSHFERRY_ORIGINS', 'https://a.example https://b.example', 'separate entries with commas'],
    ['PUSHFERRY_ORIGINS', 'https://a.example;https://b.example', 'separate entries with commas'],
    ['PUSHFERRY_ORIGINS', '["https://a.example"]', 'begins with a quote or a bracket'],
    ['PUSHFERRY_API_KEYS', `a:${key},b:two words`, 'entry 2 of 2 is wrong: it contains a space'],
    ['PUSHFERRY_API_KEYS', 'mobile-backend:', 'entry 1 of 1 is wrong: there is no key after the colon'],
    ['PUSHFERRY_API_KEYS', 'shop:"marked-0123456789"', 'entry 1 of 1 is wrong: its key is wrapped in quotes'],
    ['PUSHFERRY_API_KEYS', `a:${key},b:${key}`, 'it contains a key or a name twice'],
    ['PUSHFERRY_API_KEYS', 'a:schlüssel', 'entry 1 of 1 is wrong: it contains a character that is not ASCII'],
    ['PUSHFERRY_HOST', '[::1]', 'write an IPv6 address without brackets'],
    ['PUSHFERRY_HOST', 'http://0.0.0.0', 'without http://'],
    ['PUSHFERRY_HOST', '0.0.0.0:8080', 'set the port in PUSHFERRY_PORT'],
    ['PUSHFERRY_HOST', '*', 'write 0.0.0.0 or ::'],
    ['PUSHFERRY_DEFER', '1m,60', 'entry 2 of 2 is wrong: it has no unit'],
    ['PUSHFERRY_TRUST_PROXY', '10.0.0.0/8,true', 'entry 2 of 2 is wrong: it would trust every client'],
    ['PUSHFERRY_TRUST_PROXY', 'nginx', 'host names and numbers of hops are not accepted'],
    ['PUSHFERRY_TRUST_PROXY', '1', 'host names and numbers of hops are not accepted'],
    ['PUSHFERRY_VAPID_PUBLIC_KEY', 'A'.repeat(43), 'the length of the private key'],
    ['PUSHFERRY_VAPID_PUBLIC_KEY', 'A'.repeat(60), 'this one has 60 characters: copy it as a whole'],
    ['PUSHFERRY_VAPID_PUBLIC_KEY', `B${'A'.repeat(86)}`, 'the right length, but a character is wrong'],
    ['PUSHFERRY_WEB_TYPES', 'https://push.example=chrome', 'without https://'],
    ['PUSHFERRY_WEB_TYPES', 'push.example', 'it has no = and type'],
    ['PUSHFERRY_STORE', 'sqlite://pushferry.db', 'write no // after sqlite:'],
    ['PUSHFERRY_STORE', 'sqlite:///data/pushferry.db', 'write no // after sqlite:'],
    ['PUSHFERRY_STORE', 'data/pushferry.db', 'for a file, write sqlite: before its path'],
    ['PUSHFERRY_STORE', 'postgres://u:marked#p@db.example/d', 'write # as %23'],
    ['PUSHFERRY_STORE', 'postgres://u:12#marked@db.example/d', 'write # as %23'],
    ['PUSHFERRY_STORE', 'postgres://u:marked/p@db.example/d', 'write # as %23, / as %2F'],
    ['PUSHFERRY_STORE', 'postgres://u:12/marked@db.example/d', 'write # as %23, / as %2F'],
    ['CLEVERTAP_REGION', 'eu1.dashboard.clevertap.com', "only the first word of the dashboard's address"],
    ['CLEVERTAP_REGION', 'Europe', 'eu1 for https://eu1.dashboard.clevertap.com'],
    ['CLEVERTAP_URL', 'https://eu1.dashboard.clevertap.com', 'this is the dashboard, set CLEVERTAP_REGION'],
    ['CLEVERTAP_URL', 'http://eu1.api.clevertap.com', 'unencrypted, use https'],
    ['CLEVERTAP_URL', 'https://eu1.api.clevertap.com/1/upload', 'it has a path, query or fragment'],
    ['CLEVERTAP_PASSCODE', 'marked passcode', 'it contains a space'],
  ])('of %s (%s) says what to do', (name, value, hint) => {
    const line = refusal({ ...credentials, [name]: value })
    expect(line).toContain(hint)
    expect(line).not.toMatch(/\n|marked/)
  })

  it.each(['"marked"', "'marked'", '`marked`', '“marked”', '""', '\\"marked\\"'])(
    'says that %s is wrapped in quotes',
    (value) => {
      for (const name of ['CLEVERTAP_PASSCODE', 'PUSHFERRY_SECRET', 'PUSHFERRY_ORIGINS', 'PUSHFERRY_PORT'])
        expect(refusal({ ...credentials, [name]: value })).toBe(
          `${name} is wrapped in quotes, which count as part of the value: remove them`,
        )
    },
  )

  it.each([
    [
      'CLEVERTAP_PASSCODE',
      1025,
      'at most 1024 ASCII letters, digits and punctuation without spaces; it has 1025 characters',
    ],
    ['PUSHFERRY_ADMIN_KEY', 1025, 'it has 1025 characters'],
    ['PUSHFERRY_API_KEYS', 1025, 'at most 1024 ASCII characters'],
    ['CLEVERTAP_ACCOUNT_ID', 65, 'at most 64 letters'],
    ['PUSHFERRY_SECRET', 4097, 'one line of at most 4096 characters'],
    ['PUSHFERRY_TICKET_AUDIENCE', 256, 'at most 255 characters'],
  ])('of %s with %i characters names the limit', (name, length, limit) => {
    expect(refusal({ ...credentials, [name]: 'k'.repeat(length) })).toContain(limit)
    expect(refusal({ ...credentials, [name]: 'k'.repeat(length - 1) })).toBe('taken')
  })

  it('says that the path of a secret file may be the secret itself', () => {
    const { CLEVERTAP_ACCOUNT_ID } = credentials
    expect(refusal({ CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE_FILE: 'x'.repeat(5000) }, readTextFile)).toBe(
      'CLEVERTAP_PASSCODE_FILE must name a file that can be read; its path is too long, so that it may be the content instead',
    )
    expect(refusal({ CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE_FILE: '/dev/null/x' }, readTextFile)).toContain(
      'there is no file at its path',
    )
  })

  it.each(['CLEVERTAP_PASSCODE_FILE', 'PUSHFERRY_ADMIN_KEY_FILE', 'PUSHFERRY_STORE_FILE'])(
    'says that the path in %s is wrapped in quotes',
    (name) => {
      expect(refusal({ CLEVERTAP_ACCOUNT_ID: 'A', CLEVERTAP_PASSCODE_FILE: '/p', [name]: '"/run/x"' }, () => 'p')).toBe(
        `${name} is wrapped in quotes, which count as part of the value: remove them`,
      )
    },
  )

  it('also refuses quotes in a secret file', () => {
    const { CLEVERTAP_ACCOUNT_ID } = credentials
    expect(refusal({ CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE_FILE: '/run/passcode' }, () => '"marked"\n')).toBe(
      'the file of CLEVERTAP_PASSCODE_FILE is wrapped in quotes, which count as part of the value: remove them',
    )
  })
})

describe('letter case', () => {
  it('is free where a value is a word of ours or of CleverTap', () => {
    expect(account({ CLEVERTAP_REGION: 'EU1' })?.apiOrigin).toBe('https://eu1.api.clevertap.com')
    expect(load({ PUSHFERRY_LOG_LEVEL: 'WARN' }).logLevel).toBe('warn')
    expect(account({ PUSHFERRY_WEB_TYPES: 'a.example=Chrome' })?.webTypes).toEqual([
      { host: 'a.example', type: 'chrome' },
    ])
  })
})

describe('an address of PostgreSQL', () => {
  it.each([
    'postgres://u:p@h/d',
    'postgresql://u:p@/db?host=/cloudsql/p:r:i',
    'postgres:///db?host=/var/run/postgresql',
    'postgres://u:p@%2Fvar%2Frun%2Fpostgresql/db',
    'postgres://u@tenant:p%23%2F@db.example:6432/d?sslmode=verify-full',
    'postgres://u:50%off@db.example/d',
    'postgres://u:p@[2001:db8::1]:5432/d',
    'postgres://db.example/d?user=u@tenant&password=x',
    'socket:/var/run/postgresql?db=d',
  ])('is taken as the driver takes it: %s', async (url) => {
    const { default: pg } = await import('pg')
    expect(() => new pg.Client(url)).not.toThrow()
    expect(load({ PUSHFERRY_STORE: url }).store).toEqual({ kind: 'postgres', url })
  })

  const tlsWarnings = (url: string, env: Record<string, string> = {}): number =>
    load({ PUSHFERRY_STORE: url, ...env }).warnings.filter((line) => line.includes('without TLS')).length

  it('on another machine without TLS is warned about, without its password', () => {
    expect(tlsWarnings('postgres://u:marked@db.example/d')).toBe(1)
    expect(tlsWarnings('postgres://u:marked@db.example/d?sslmode=disable')).toBe(1)
    expect(tlsWarnings('postgres:///d?host=10.0.0.7')).toBe(1)
    expect(tlsWarnings('postgres:///d', { PGHOST: 'db.example' })).toBe(1)
    expect(load({ PUSHFERRY_STORE: 'postgres://u:marked@db.example/d' }).warnings.join()).not.toContain('marked')
  })

  it('is not warned about on this machine, with TLS, or where PGSSLMODE asks for it', () => {
    expect(tlsWarnings('postgres://u:p@localhost/d')).toBe(0)
    expect(tlsWarnings('postgres://u:p@[::1]/d')).toBe(0)
    expect(tlsWarnings('postgres:///d?host=/cloudsql/p:r:i')).toBe(0)
    expect(tlsWarnings('socket:/var/run/postgresql')).toBe(0)
    expect(tlsWarnings('postgres://u:p@db.example/d?sslmode=verify-full')).toBe(0)
    expect(tlsWarnings('postgres://u:p@db.example/d?ssl=true')).toBe(0)
    expect(tlsWarnings('postgres://u:p@db.example/d', { PGSSLMODE: 'require' })).toBe(0)
  })
})

describe('origins without a VAPID key', () => {
  it('are warned about', () => {
    const { warnings } = load({ PUSHFERRY_ORIGINS: 'https://a.example' })
    expect(warnings).toEqual([expect.stringContaining('no PUSHFERRY_VAPID_PUBLIC_KEY')])
  })
})

describe('an origin of plain http', () => {
  it('is warned about, except on this machine', () => {
    const env = { PUSHFERRY_VAPID_PUBLIC_KEY: createECDH('prime256v1').generateKeys('base64url') }
    expect(load({ ...env, PUSHFERRY_ORIGINS: 'http://a.example' }).warnings).toEqual([
      expect.stringContaining('an http origin in PUSHFERRY_ORIGINS'),
    ])
    expect(load({ ...env, PUSHFERRY_ORIGINS: 'http://localhost:5173,https://a.example' }).warnings).toEqual([])
  })
})

describe('a name that a platform has made', () => {
  it('is passed over, as Kubernetes makes them for a Service called pushferry', () => {
    const { port } = load({
      PUSHFERRY_SERVICE_HOST: '10.0.0.1',
      PUSHFERRY_SERVICE_PORT: '80',
      PUSHFERRY_SERVICE_PORT_HTTP: '80',
      PUSHFERRY_PORT: 'tcp://10.0.0.1:80',
      PUSHFERRY_PORT_80_TCP: 'tcp://10.0.0.1:80',
      PUSHFERRY_PORT_80_TCP_PROTO: 'tcp',
      PUSHFERRY_PORT_80_TCP_PORT: '80',
      PUSHFERRY_PORT_80_TCP_ADDR: '10.0.0.1',
    })
    expect(port).toBe(8080)
  })

  it('is passed over for a Service beside it and for a linked container', () => {
    const env = {
      PUSHFERRY_DB_SERVICE_HOST: '10.0.0.2',
      PUSHFERRY_DB_PORT: 'tcp://10.0.0.2:5432',
      PUSHFERRY_DB_PORT_5432_TCP_ADDR: '10.0.0.2',
      PUSHFERRY_NAME: '/web/pushferry',
      PUSHFERRY_ENV_NODE_VERSION: '24',
      PUSHFERRY_PORT_8000_TCP_START: 'tcp://172.17.0.5:8000',
      PUSHFERRY_PORT_8000_TCP_PORT_START: '8000',
      PUSHFERRY_PORT_8000_TCP_PORT_END: '8010',
    }
    expect(load(env).port).toBe(8080)
  })

  it('is none where its value is a setting', () => {
    expect(load({ PUSHFERRY_PORT: '81' }).port).toBe(81)
    expect(refusal({ ...credentials, PUSHFERRY_NAME: 'x' })).toContain('PUSHFERRY_NAME is not known')
  })
})

describe('a file with a byte order mark', () => {
  const written = (name: string, bytes: Uint8Array): string => {
    const folder = memoryFolder()
    onTestFinished(folder.remove)
    writeFileSync(folder.file(name), bytes)
    return folder.file(name)
  }
  const json = '{"accounts":[{"accountId":"ONE","passcode":"marked-1"}]}'
  const forms: readonly (readonly [string, (text: string) => Uint8Array])[] = [
    ['UTF-8', (text) => Buffer.from(`\uFEFF${text}`, 'utf8')],
    ['UTF-16, as PowerShell writes it', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, the big end first', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ]
  it.each(forms)('reads a settings file encoded in %s', (_, encode) => {
    expect(loadConfig({ PUSHFERRY_CONFIG: written('config.json', encode(json)) }).accounts[0]?.passcode).toBe(
      'marked-1',
    )
    const { CLEVERTAP_ACCOUNT_ID } = credentials
    const CLEVERTAP_PASSCODE_FILE = written('passcode', encode('marked-2\r\n'))
    expect(loadConfig({ CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE_FILE }).accounts[0]?.passcode).toBe('marked-2')
  })
})

describe('an unknown name', () => {
  it('stops the start with one line that says which was meant and which are known', () => {
    const line = refusal({ ...credentials, PUSHFERRY_ORIGIN: 'marked' })
    expect(line).toMatch(/^PUSHFERRY_ORIGIN is not known, did you mean PUSHFERRY_ORIGINS\?; allowed are CLEVERTAP_/)
    expect(line).toContain('PUSHFERRY_TICKET_KEY_FILE')
    expect(line).not.toMatch(/\n|marked/)
  })

  it('of a private key says that a relay needs none', () => {
    const line = refusal({ ...credentials, PUSHFERRY_VAPID_PRIVATE_KEY: 'marked' })
    expect(line).toBe(
      'PUSHFERRY_VAPID_PRIVATE_KEY is not known: a relay needs no private key, so remove it from the environment',
    )
  })

  it('suggests no name when none is similar', () => {
    expect(refusal({ ...credentials, PUSHFERRY_QQQQQQQQQQ: '1' })).toMatch(/is not known; allowed are/)
  })

  it('cannot add a line break to the message', () => {
    expect(refusal({ ...credentials, 'PUSHFERRY_A\nB': '1' })).not.toContain('\n')
  })

  it.each([
    ['CLEVERTAP_REGIN', 'CLEVERTAP_REGION'],
    ['CLEVERTAP_PASSCODE_FLE', 'CLEVERTAP_PASSCODE_FILE'],
    ['PUSHFERY_PORT', 'PUSHFERRY_PORT'],
    ['pushferry_port', 'PUSHFERRY_PORT'],
  ])('%s, which resembles %s, is warned about', (name, meant) => {
    expect(loadConfig({ ...credentials, PUSHFERRY_API_KEYS: 'marked-0123456789', [name]: 'marked' }).warnings).toEqual([
      `${name} is not a setting and is ignored: did you mean ${meant}?`,
    ])
  })

  it('of another program is none of our business', () => {
    expect(refusal({ ...credentials, CLEVERTAP_TOKEN: 'x', PATH: '/' })).toBe('taken')
  })
})
