import { expect, onTestFinished, test } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts'
import { runCli } from './run-cli.ts'

const simulate = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator(options)
  onTestFinished(() => simulator.stop())
  return simulator
}

const verify = (
  { url, accountId, passcode }: Simulator,
  argv: readonly string[],
  stdin = '',
): Promise<{ code: number; out: string; err: string }> =>
  runCli(['verify', ...argv], {
    env: { CLEVERTAP_URL: url, CLEVERTAP_ACCOUNT_ID: accountId, CLEVERTAP_PASSCODE: passcode },
    stdin,
  })

const store = async ({ url, accountId, passcode }: Simulator, type: string, objectId: string): Promise<void> => {
  await fetch(`${url}/1/upload`, {
    method: 'POST',
    headers: {
      'X-CleverTap-Account-Id': accountId,
      'X-CleverTap-Passcode': passcode,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ d: [{ type: 'token', tokenData: { id: `token-of-${objectId}`, type }, objectId }] }),
  })
}

test('tokens that are there are confirmed, shown as fingerprints, and the exit code is 0', async () => {
  const clevertap = await simulate()
  await store(clevertap, 'fcm', '__a')
  await store(clevertap, 'apns', '-HwB9')
  const { code, out } = await verify(clevertap, ['-HwB9', '__a'])
  expect(code).toBe(0)
  expect(out).toMatch(
    /^__a {2}confirmed {2}Android {2}token [0-9a-f]{8}\n-HwB9 {2}confirmed {2}iOS {2}token [0-9a-f]{8}\n$/,
  )
  expect(out).not.toContain('token-of')
})

test('what is missing, what CleverTap does not say, and why', async () => {
  const clevertap = await simulate({ knownObjectIds: ['__a', 'web'] })
  const { code, out } = await verify(clevertap, ['__a', '__b', 'web'])
  expect(code).toBe(1)
  expect(out.split('\n')).toEqual([
    '__a  missing  Android  the profile shows no token for this device',
    '__b  missing  no such profile: its user must have opened the app or site',
    "web  unknown  Web  the profile shows no token; CleverTap does not document whether it shows browsers' tokens",
    '',
  ])
})

test('--token compares, from the command line or from stdin', async () => {
  const clevertap = await simulate()
  await store(clevertap, 'fcm', '__a')
  expect((await verify(clevertap, ['__a', '--token', 'token-of-__a'])).code).toBe(0)
  expect((await verify(clevertap, ['__a', '--token', '-'], 'token-of-__a\n')).code).toBe(0)
  const { code, out } = await verify(clevertap, ['__a', '--token', 'newer'])
  expect(code).toBe(1)
  expect(out).toContain('missing  Android  token')
  expect(out).toContain('the profile holds another token')
})

test('--json prints the same as data', async () => {
  const clevertap = await simulate()
  await store(clevertap, 'fcm', '__a')
  const { code, out } = await verify(clevertap, ['--json', '__a', '__b'])
  expect(code).toBe(1)
  expect(JSON.parse(out)).toEqual({
    ok: false,
    account: clevertap.accountId,
    profiles: [
      {
        objectId: '__a',
        verdict: 'confirmed',
        platform: 'Android',
        fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
        reason: null,
      },
      {
        objectId: '__b',
        verdict: 'missing',
        platform: 'Android',
        fingerprint: null,
        reason: 'the profile shows no token for this device',
      },
    ],
  })
})

test('refused credentials end it with one line', async () => {
  const clevertap = await simulate()
  const { code, out, err } = await verify({ ...clevertap, passcode: 'wrong' }, ['__a', '__b'])
  expect([code, out, err]).toEqual([1, '', 'pushferry: CleverTap refuses the credentials: run pushferry check\n'])
  expect(clevertap.received()).toHaveLength(1)
})

test('an answer that cannot be read is unknown', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'html', on: 'profile' }, { kind: 'status', status: 503, on: 'profile' })
  clevertap.fail({ kind: 'truncated', on: 'profile' }, { kind: 'reset', on: 'profile' })
  const { code, out } = await verify(clevertap, ['__a', '__b', '__c', '__d'])
  expect(code).toBe(1)
  const notClevertap = "the answer does not come from CleverTap's API: check CLEVERTAP_URL, and for a proxy in between"
  expect(out).toBe(`__a  unknown  ${notClevertap}
__b  unknown  CleverTap answers with errors (HTTP 503): try again later
__c  unknown  ${notClevertap}
__d  unknown  the connection broke: check for a proxy or firewall in between
`)
})

test.each([
  [302, 'the address redirects (HTTP 302), which is not followed: check CLEVERTAP_REGION or CLEVERTAP_URL'],
  [407, 'CleverTap refuses the request (HTTP 407): check CLEVERTAP_URL, and for a proxy in between'],
])('says what to do about HTTP %i', async (status, advice) => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'status', status, on: 'profile' })
  expect((await verify(clevertap, ['__a'])).out).toBe(`__a  unknown  ${advice}\n`)
})

test.each([
  [[], "missing required argument 'objectId', or --export FILE; see pushferry verify --help"],
  [['a', '--export', 'x'], '--export compares the whole store: leave the CleverTap IDs out'],
  [['--export', 'x', '--token', 'x'], '--token needs exactly one objectId, and no --export'],
  [['a', '--list'], '--list goes with --export FILE'],
  [['a', 'b', '--token', 'x'], '--token needs exactly one objectId'],
])('refuses the arguments %j with exit code 2', async (argv, message) => {
  const clevertap = await simulate()
  expect(await verify(clevertap, argv)).toEqual({ code: 2, out: '', err: `pushferry: ${message}\n` })
})
