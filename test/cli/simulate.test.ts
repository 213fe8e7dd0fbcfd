import { expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../../src/simulator/index.ts'
import { type Ran, runCli, start } from './run-cli.ts'

const passcode = 'very-secret-passcode'
const token = 'dYfuuBmHLGI:APA91bEfAq1b6NAmz0uhUbVxwSLqgKF25zDb7vhgajzS'
const record = { type: 'token', tokenData: { id: token, type: 'fcm' }, objectId: '__a' }

const simulate = async (...options: string[]): Promise<Ran & { url: string }> => {
  const ran = start(['simulate', '--port', '0', '--account', 'ACC', '--passcode', passcode, ...options])
  onTestFinished(async () => {
    ran.interrupt()
    await ran.code
  })
  await ran.printed('\n')
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(ran.out()) ?? []
  return { ...ran, url }
}

const upload = (url: string, records: readonly unknown[] = [record], code = passcode): Promise<Response> =>
  fetch(`${url}/1/upload`, {
    method: 'POST',
    headers: { 'X-CleverTap-Account-Id': 'ACC', 'X-CleverTap-Passcode': code, 'Content-Type': 'application/json' },
    body: JSON.stringify({ d: records }),
  })

test('it says where it listens, prints one line a call, and Ctrl-C ends it with a sum and 0', async () => {
  const ran = await simulate()
  await upload(ran.url)
  await upload(ran.url, [record, { type: 'x' }, record, { ...record, objectId: '-a' }])
  await upload(ran.url, [], 'wrong')
  ran.interrupt()
  expect(await ran.code).toBe(0)
  const lines = ran.out().split('\n')
  expect(lines[0]).toBe(`The CleverTap simulator listens on ${ran.url}`)
  expect(lines.slice(4)).toEqual([
    expect.stringMatching(
      /^\S+ #1 POST \/1\/upload 1 record \[fcm [0-9a-f]{8}\] -> 200: 1 processed \(\d+ ms, 1 in flight\)$/,
    ),
    expect.stringMatching(
      /#2 POST \/1\/upload 4 records \[fcm ×3, \(no type\) ×1\] -> 200: 2 processed, 2 refused \(524 ×1, 534 ×1\)/,
    ),
    expect.stringMatching(/#3 POST \/1\/upload -> 401: wrong or missing passcode/),
    '3 calls, 3 records accepted (2 twice), 2 rejected, 0 times 429, at most 1 in flight',
    '',
  ])
})

test('neither passcode nor token ids are printed', async () => {
  for (const options of [[], ['--json']]) {
    const ran = await simulate(...options)
    await upload(ran.url)
    ran.interrupt()
    await ran.code
    expect(ran.out() + ran.err()).not.toContain(passcode)
    expect(ran.out()).not.toContain(token)
  }
})

test('--json prints objects: the address, each call, the counts', async () => {
  const ran = await simulate('--json')
  await upload(ran.url)
  ran.interrupt()
  await ran.code
  const lines = ran.out().trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { url: ran.url, accountId: 'ACC' },
    { number: 1, path: '/1/upload', size: 1, status: 200, processed: 1 },
    { calls: 1, accepted: 1 },
  ])
})

test('the options reach the simulator', async () => {
  const ran = await simulate(
    ...['--fail', '503,retryAfter=2', '--fail', '{"kind":"html"}', '--rotation', 'replace'],
    ...['--profile', '-b', '--profile', '__a', '--limit', '1', '--latency', '1', '--key-padding', 'any'],
  )
  const first = await upload(ran.url)
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await (await upload(ran.url)).text()).toContain('<!DOCTYPE html>')
  expect(await (await upload(ran.url)).json()).toMatchObject({ status: 'success' })
  await upload(ran.url, [{ ...record, tokenData: { id: 'new', type: 'fcm' } }])
  const apns = { ...record, tokenData: { id: 'x', type: 'apns' } }
  const answer = await upload(ran.url, [
    { ...apns, objectId: '-b' },
    { ...apns, objectId: '-c' },
  ])
  expect(await answer.json()).toMatchObject({ processed: 1, unprocessed: [{ code: 530 }] })
  const { profiles } = (await (await fetch(`${ran.url}/_sim/profiles`)).json()) as { profiles: unknown[] } // as documented
  expect(profiles).toMatchObject([{ token: { id: 'new' } }, { objectId: '-b' }])
})

test.each([
  [[], [record]],
  [['--no-records'], []],
])('the records of a call are kept: %j', async (options, records) => {
  const ran = await simulate(...options)
  await upload(ran.url)
  const { calls } = (await (await fetch(`${ran.url}/_sim/received`)).json()) as { calls: unknown[] } // as documented
  expect(calls).toMatchObject([{ size: 1, records }])
})

test('a taken port is one line that names it and says how to change it', async () => {
  const other = await startSimulator()
  onTestFinished(() => other.stop())
  const { port } = new URL(other.url)
  expect(await runCli(['simulate', '--port', port])).toEqual({
    code: 1,
    out: '',
    err: `pushferry: port ${port} of 127.0.0.1 is taken: choose another with --port, or 0 for any\n`,
  })
})

test('an address that is not there is one line as well', async () => {
  const { code, err } = await runCli(['simulate', '--port', '0', '--host', '203.0.113.7'])
  expect([code, err]).toEqual([
    1,
    'pushferry: cannot listen on 203.0.113.7: EADDRNOTAVAIL; give another address with --host\n',
  ])
})

test('a passcode that cannot be is refused without being shown', async () => {
  const { code, err } = await runCli(['simulate', '--port', '0', '--passcode', 'se cret'])
  expect([code, err]).toEqual([2, 'pushferry: option passcode must be a non-empty string without white space\n'])
})

test.each([
  ['429,times', '"times" is not of the form NAME=VALUE'],
  ['{"kind"', 'it begins like JSON but is not valid JSON'],
  ['reject', 'fault reject needs code: a whole number from 100 to 999'],
  ['latency,ms=soon', 'ms of fault latency must be a whole number from 0 to 86400000'],
])('--fail %s says what is wrong', async (fault, message) => {
  const { code, err } = await runCli(['simulate', '--fail', fault])
  expect([code, err]).toEqual([2, `pushferry: option '--fail <fault>' argument '${fault}' is invalid. ${message}\n`])
})
