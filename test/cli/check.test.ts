import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type CheckParts, check } from '../../src/cli/check.ts'
import { type ClevertapOptions, createClevertapClient } from '../../src/relay/clevertap/client.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts'
import { runCli } from './run-cli.ts'

const simulate = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator(options)
  onTestFinished(() => simulator.stop())
  return simulator
}

const envOf = ({ url, accountId, passcode }: Simulator): Record<string, string> => ({
  CLEVERTAP_URL: url,
  CLEVERTAP_ACCOUNT_ID: accountId,
  CLEVERTAP_PASSCODE: passcode,
})

/** What the tests read of the report. */
type Line = { name: string; verdict: string; code: number | null; advice: string | null }
type Report = {
  ok: boolean
  accounts: { credentials: string; advice: string | null; types: Line[]; details: Line[] }[]
}

const checkJson = async (
  clevertap: Simulator,
  argv: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{ code: number; report: Report; types: Map<string, Line>; details: Map<string, Line> }> => {
  const { code, out } = await runCli(['check', '--json', ...argv], { env: { ...envOf(clevertap), ...env } })
  const report = JSON.parse(out) as Report // the documented output
  const byName = (lines: readonly Line[] = []): Map<string, Line> => new Map(lines.map((line) => [line.name, line]))
  return { code, report, types: byName(report.accounts[0]?.types), details: byName(report.accounts[0]?.details) }
}

test('an account that takes everything: a line for each type, exit code 0, and nothing is stored', async () => {
  const clevertap = await simulate()
  const { code, out, err } = await runCli(['check'], { env: envOf(clevertap) })
  expect([code, err]).toEqual([0, ''])
  expect(out).toBe(`account SIM-000-0000 at ${clevertap.url}
  credentials  accepted
  chrome       accepted
  apns         accepted
  gcm          accepted
  fcm          accepted
  wns          accepted
  mpns         accepted
also tried
  chrome, keys unpadded    refused: 535 Invalid token data
  chrome, no keys          refused: 535 Invalid token data
  chrome, a Firefox token  accepted
`)
  expect(clevertap.received().every(({ dryRun }) => dryRun)).toBe(true)
  expect(clevertap.profiles.size).toBe(0)
})

test('--type asks for those only', async () => {
  const clevertap = await simulate()
  const { code, types, details } = await checkJson(clevertap, ['--type', 'fcm,apns'])
  expect([code, [...types.keys()], details.size]).toEqual([0, ['fcm', 'apns'], 0])
})

test('wrong credentials: what to compare, exit code 1, one call only and no secret in the text', async () => {
  const clevertap = await simulate()
  const env = { ...envOf(clevertap), CLEVERTAP_PASSCODE: 'wrong-passcode' }
  const { code, out } = await runCli(['check'], { env })
  expect(code).toBe(1)
  expect(out).toContain('credentials  refused\n               -> account, passcode or region is wrong')
  expect(out).not.toContain('wrong-passcode')
  expect(clevertap.received()).toHaveLength(1)
})

test('a refused type makes it 1 and says what to do', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'reject', code: 535, objectIds: (id) => id.startsWith('~'), times: 'always' })
  const { code, report, types } = await checkJson(clevertap)
  expect([code, report.ok]).toEqual([1, false])
  expect(types.get('wns')).toMatchObject({ verdict: 'refused', code: 535 })
  expect(types.get('wns')?.advice).toContain('does not take wns')
  expect(types.get('fcm')).toMatchObject({ verdict: 'accepted', code: null, advice: null })
})

test('keys in the form that the account does not want: the setting to change', async () => {
  const { code, types } = await checkJson(await simulate(), ['--type', 'chrome'], { PUSHFERRY_KEY_PADDING: 'unpadded' })
  expect(code).toBe(1)
  expect(types.get('chrome')?.advice).toBe('the account accepts the keys padded: set PUSHFERRY_KEY_PADDING=padded')
})

test('chrome refused in either form: the account does not take it by upload', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'reject', code: 531, objectIds: (id) => /^\w{32}$/.test(id), times: 'always' })
  const { types } = await checkJson(clevertap, ['--type', 'chrome'])
  expect(types.get('chrome')?.advice).toContain("does not take browsers' tokens by upload")
})

test('where a dry run looks the profile up, a live one can be given for each platform', async () => {
  const clevertap = await simulate({ knownObjectIds: ['__live', '-live'] })
  const without = await checkJson(clevertap, ['--type', 'fcm,apns'])
  expect(without.types.get('fcm')?.advice).toContain('give a live CleverTap ID of that platform with --object-id')
  const live = await checkJson(clevertap, ['--type', 'fcm,apns', '--object-id', '-live', '--object-id', '__live'])
  expect(live.code).toBe(0)
  expect(live.details.get('fcm, a profile that does not exist')).toMatchObject({ verdict: 'refused', code: 530 })
  const gone = await checkJson(clevertap, ['--type', 'fcm', '--object-id', '__gone'])
  expect(gone.types.get('fcm')?.advice).toContain('CleverTap does not know this profile')
})

test('a type for another platform is explained', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'reject', code: 534 })
  const { types } = await checkJson(clevertap, ['--type', 'gcm'])
  expect(types.get('gcm')?.advice).toContain('another kind of CleverTap ID')
})

test('no answer at all: what it may be', async () => {
  const clevertap = await simulate()
  await clevertap.stop()
  const { code, report } = await checkJson(clevertap)
  expect(code).toBe(1)
  expect(report.accounts[0]).toMatchObject({
    credentials: 'unknown',
    advice: 'nothing listens there: check CLEVERTAP_URL',
    types: [],
  })
})

test('one type without a usable answer is unclear and the others are asked all the same', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'html', objectIds: (id) => id.startsWith('-') })
  const { code, types } = await checkJson(clevertap, ['--type', 'fcm,apns,wns'])
  expect([code, [...types.values()].map(({ verdict }) => verdict)]).toEqual([1, ['accepted', 'unclear', 'accepted']])
})

test('a redirect is not followed', async () => {
  const seen: (string | undefined)[] = []
  const elsewhere = createServer((request, response) => {
    seen.push(request.url)
    response.end()
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void elsewhere.close())
  const { port } = elsewhere.address() as AddressInfo // listening
  const clevertap = await simulate()
  const headers = { Location: `http://127.0.0.1:${port}/1/upload` }
  clevertap.fail({ kind: 'status', status: 307, headers, times: 'always' })
  const { code } = await checkJson(clevertap)
  expect([code, seen]).toEqual([1, []])
})

test('several accounts are all checked, or the one that is asked for', async () => {
  const [one, other] = [await simulate({ accountId: 'ONE' }), await simulate({ accountId: 'TWO' })]
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-check-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'accounts.json')
  writeFileSync(file, JSON.stringify({ accounts: [envOf(one), { ...envOf(other), CLEVERTAP_PASSCODE: 'wrong' }] }))
  const env = { PUSHFERRY_CONFIG: file }
  const both = await runCli(['check'], { env })
  expect(both.code).toBe(1)
  expect(both.out).toMatch(
    /account ONE .*\n {2}credentials {2}accepted\n[\s\S]*account TWO .*\n {2}credentials {2}refused/,
  )
  expect((await runCli(['check', '--account', 'ONE'], { env })).code).toBe(0)
  expect(await runCli(['check', '--account', 'X'], { env })).toEqual({
    code: 2,
    out: '',
    err: 'pushferry: --account is not configured; the accounts are ONE, TWO\n',
  })
})

test.each([
  [['--type', 'fcm,kaios'], {}, "option '--type <types>' argument 'fcm,kaios' is invalid. The types are chrome, apns,"],
  [[], { CLEVERTAP_PASSCODE: '' }, 'CLEVERTAP_PASSCODE must be set'],
  [[], { CLEVERTAP_URL: 'http://example.com' }, 'CLEVERTAP_URL must be an https origin'],
])('%j with %j is wrong usage', async (argv, env, message) => {
  const base = { CLEVERTAP_ACCOUNT_ID: 'A', CLEVERTAP_PASSCODE: 'p', CLEVERTAP_URL: 'http://127.0.0.1:1' }
  const { code, out, err } = await runCli(['check', ...argv], { env: { ...base, ...env } })
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^pushferry: .*\n$/)
  expect(err).toContain(message)
})

/**
 * A check whose clients all talk to this simulator but remember whom they were meant for, and whose waits take no time.
 *
 * @param clientFor what is different about the client of an address.
 */
const checkWith = async (
  clevertap: Simulator,
  options: Parameters<typeof check>[0],
  clientFor: (url: string) => Partial<ClevertapOptions>,
  more: Record<string, string> = {},
): Promise<{ code: number; out: string; asked: string[]; waits: number[] }> => {
  const asked: string[] = []
  const waits: number[] = []
  let out = ''
  const parts: CheckParts = {
    open: ({ id }, url) => {
      asked.push(url)
      return createClevertapClient({ url: clevertap.url, accountId: id, passcode: 'wrong', ...clientFor(url) })
    },
    wait: async (ms) => void waits.push(ms),
  }
  const env = { CLEVERTAP_ACCOUNT_ID: clevertap.accountId, CLEVERTAP_PASSCODE: 'p', CLEVERTAP_REGION: 'us1', ...more }
  const stdout = {
    write: (text: string) => {
      out += text
    },
  }
  const code = await check(options, { stdout, env }, parts)
  return { code, out, asked, waits }
}

/** The address of a proxy that refuses every tunnel with 403. */
const refusingProxy = async (): Promise<string> => {
  const proxy = createServer()
  proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  const { port } = proxy.address() as AddressInfo // listening
  return `http://127.0.0.1:${port}`
}

const others = ['eu1', 'in1', 'sg1', 'aps3', 'mec1']

test('--regions finds the region in which refused credentials are good', async () => {
  const clevertap = await simulate()
  const { code, out, asked } = await checkWith(clevertap, { regions: true }, (url) =>
    url.includes('//sg1.') ? { passcode: clevertap.passcode } : {},
  )
  expect(code).toBe(1)
  expect(out).toContain('-> the credentials are good in another region: set CLEVERTAP_REGION=sg1')
  expect(asked).toEqual(['us1', 'eu1', 'in1', 'sg1'].map((region) => `https://${region}.api.clevertap.com`))
})

test('--regions asks the documented regions, says when none accepts the credentials, and not to use --regions', async () => {
  const { code, out, asked } = await checkWith(await simulate(), { regions: true }, () => ({}))
  expect([code, out]).toEqual([1, expect.stringContaining('No other region accepts them')])
  expect(out).not.toContain('--regions')
  expect(asked).toEqual(['us1', ...others].map((region) => `https://${region}.api.clevertap.com`))
})

test('--regions names the regions that refused the credentials, and those that could not be asked, with the reason', async () => {
  const clevertap = await simulate()
  const stopped = await simulate()
  await stopped.stop()
  const clientFor = (url: string) => (/\/\/(in1|aps3)\./.test(url) ? { url: stopped.url } : {})
  const { out } = await checkWith(clevertap, { regions: true }, clientFor)
  expect(out).toContain('. Not accepted in eu1, sg1, mec1 either. Could not ask in1, aps3: nothing listens there')
  expect(out).not.toContain('No other region')
  const json = await checkWith(clevertap, { regions: true, json: true }, clientFor)
  expect(JSON.parse(json.out).accounts[0].regions).toEqual({
    accepted: null,
    refused: ['eu1', 'sg1', 'mec1'],
    unknown: ['in1', 'aps3'].map((region) => ({ region, reason: expect.stringContaining('nothing listens there') })),
  })
})

test('--regions blames a proxy that lets it reach no other region, not the credentials', async () => {
  const proxy = { url: await refusingProxy(), noProxy: '' }
  const { code, out } = await checkWith(await simulate(), { regions: true }, (url) =>
    url.includes('//us1.') ? {} : { url, proxy },
  )
  expect([code, out]).toEqual([
    1,
    expect.stringContaining(
      `. Could not ask ${others.join(', ')}: the proxy that HTTPS_PROXY names gives no connection (proxy HTTP 403)`,
    ),
  ])
  expect(out).not.toContain('No other region')
})

test.each(['http://127.0.0.1:8091', 'https://localhost:8091', 'https://clevertap-gateway.example.com'])(
  '--regions shows no other host the account and passcode of CLEVERTAP_URL=%s, and says why',
  async (url) => {
    const more = { CLEVERTAP_URL: url }
    const clevertap = await simulate()
    const { out, asked } = await checkWith(clevertap, { regions: true }, () => ({}), more)
    expect(asked).toEqual([url])
    expect(out).toContain(
      "Did not ask eu1, in1, sg1, us1, aps3, mec1: CLEVERTAP_URL is not an address of CleverTap's API",
    )
    expect(out).not.toContain('No other region accepts them')
    const json = await checkWith(clevertap, { regions: true, json: true }, () => ({}), more)
    const { regions } = JSON.parse(json.out).accounts[0]
    expect([json.asked, regions.unknown.length, regions.unknown[0].reason]).toEqual([
      [url],
      6,
      expect.stringContaining("not an address of CleverTap's API"),
    ])
  },
)

test('without --regions nobody else is shown the credentials', async () => {
  const { asked } = await checkWith(await simulate(), {}, () => ({}))
  expect(asked).toEqual(['https://us1.api.clevertap.com'])
})

test('429 is waited out, as long as it says, and given up after a while', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'status', status: 429, retryAfter: 2 }, { kind: 'status', status: 429 })
  const { code, waits } = await checkWith(clevertap, { type: ['fcm'] }, () => ({ passcode: clevertap.passcode }))
  expect([code, waits]).toEqual([0, [2000, 1000]])
  clevertap.fail({ kind: 'status', status: 429, times: 'always' })
  const busy = await checkWith(clevertap, { type: ['fcm'] }, () => ({ passcode: clevertap.passcode }))
  expect([busy.code, busy.waits.length]).toEqual([1, 5])
  expect(busy.out).toContain('-> all request slots of the account are in use')
})
