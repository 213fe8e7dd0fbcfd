import { createECDH } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import webPush from 'web-push'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'

const browser = createECDH('prime256v1')
browser.generateKeys()
const keys = { p256dh: browser.getPublicKey('base64url'), auth: Buffer.alloc(16, 7).toString('base64url') }
const vapid = webPush.generateVAPIDKeys()

let folder: TemporaryFolder
let status: number
let taken: { headers: IncomingHttpHeaders; bytes: number }[]
let endpoint: string

beforeEach(async () => {
  folder = temporaryFolder()
  status = 201
  taken = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      taken.push({ headers: request.headers, bytes: Buffer.concat(pieces).length })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send/abc`
})
afterEach(() => folder.remove())

const write = (name: string, value: unknown): string => {
  writeFileSync(folder.file(name), typeof value === 'string' ? value : JSON.stringify(value))
  return folder.file(name)
}
const push = (subscription: unknown, pair: unknown = vapid, ...more: string[]) =>
  runCli(['push', '--subscription', write('s.json', subscription), '--vapid', write('v.json', pair), ...more])

test('reads files in UTF-16, as Windows PowerShell writes them', async () => {
  const files = Object.entries({ 's.json': { endpoint, keys }, 'v.json': vapid }).map(([name, value]) => {
    writeFileSync(folder.file(name), Buffer.from(`\uFEFF${JSON.stringify(value)}\r\n`, 'utf16le'))
    return folder.file(name)
  })
  const [subscription = '', pair = ''] = files
  expect(await runCli(['push', '--subscription', subscription, '--vapid', pair])).toMatchObject({ code: 0, err: '' })
})

test('sends an encrypted, signed message and says that the push service has taken it', async () => {
  const { code, out, err } = await push({ endpoint, expirationTime: null, keys })
  expect([code, out, err]).toEqual([0, expect.stringMatching(/^127\.0\.0\.1:\d+ answered 201: accepted\./), ''])
  expect(taken).toHaveLength(1)
  expect(taken[0]?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '60' })
  expect(taken[0]?.headers.authorization).toContain(`k=${vapid.publicKey}`)
  expect(taken[0]?.bytes).toBeGreaterThan(100)
})

test('takes the subscription from standard input, and prints JSON', async () => {
  const { code, out } = await runCli(['push', '--subscription', '-', '--vapid', write('v.json', vapid), '--json'], {
    stdin: `\uFEFF${JSON.stringify({ endpoint, keys })}`,
  })
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ status: 201 })
})

describe('the mistakes of a site owner', () => {
  test.each([
    [410, 'this subscription is gone. Subscribe again in the browser'],
    [403, 'the subscription was made with another VAPID pair'],
    [413, 'the message is too large'],
    [429, 'too many messages'],
    [500, 'Try again later'],
  ])('an answer %i of the push service ends with 1 and says: %s', async (answer, meaning) => {
    status = answer
    const { code, out } = await push({ endpoint, keys })
    expect([code, out]).toEqual([1, expect.stringContaining(meaning)])
  })
  test('a push service that cannot be reached ends with 1 and names the host only', async () => {
    const { code, err } = await push({ endpoint: 'http://127.0.0.1:9/send/secret', keys })
    expect([code, err]).toEqual([1, expect.stringContaining('no answer from 127.0.0.1:9 (')])
    expect(err).not.toContain('secret')
  })
  test.each([
    ['an empty file', '', '--subscription is empty. Give what JSON.stringify('],
    ['no JSON', 'PushSubscription {}', '--subscription is not a JSON object. Give what JSON.stringify('],
    ['null, of a page that has no subscription', 'null', '--subscription is not a JSON object. Give what'],
    ['a token record', { type: 'token', tokenData: { id: 'x' } }, 'has no endpoint: it is a token record'],
    ['an endpoint without https', { endpoint: 'http://push.example.com/x', keys }, 'must be an https address'],
    ['no keys', { endpoint: 'https://push.example.com/x' }, 'keys must have p256dh (65 bytes) and auth (16 bytes)'],
    ['a shortened key', { endpoint: 'https://push.example.com/x', keys: { ...keys, auth: 'AAAA' } }, 'keys must have'],
  ])('a subscription file with %s is wrong usage', async (_, subscription, message) => {
    const { code, err } = await push(subscription)
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
  test.each([
    [
      'two halves of different pairs',
      { ...vapid, publicKey: webPush.generateVAPIDKeys().publicKey },
      'do not belong together',
    ],
    [
      'the halves exchanged',
      { publicKey: vapid.privateKey, privateKey: vapid.publicKey },
      'as pushferry vapid --json prints it',
    ],
    [
      'the text of pushferry vapid without --json',
      `public key   ${vapid.publicKey}\nprivate key  ${vapid.privateKey}\n`,
      '--vapid is not a JSON object. Give what pushferry vapid --json prints',
    ],
    ['the public half only', { publicKey: vapid.publicKey }, 'as pushferry vapid --json prints it'],
  ])('a VAPID file with %s is wrong usage, and no key is printed', async (_, pair, message) => {
    const { code, err } = await push({ endpoint, keys }, pair)
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
    expect(err).not.toContain(vapid.privateKey)
  })
  test('a file that is not there, and a missing option, are wrong usage', async () => {
    const absent = await runCli(['push', '--subscription', folder.file('none.json'), '--vapid', write('v.json', vapid)])
    expect([absent.code, absent.err]).toEqual([
      2,
      expect.stringContaining('none.json cannot be read. Give a file with what'),
    ])
    const { code, err } = await runCli(['push', '--vapid', 'v.json'])
    expect([code, err]).toEqual([2, expect.stringContaining('--subscription <file>')])
  })
  test('a subject that is no address is wrong usage', async () => {
    const { code, err } = await push({ endpoint, keys }, vapid, '--subject', 'me@example.com')
    expect([code, err]).toEqual([2, 'pushferry: --subject must be a mailto: or https: address\n'])
  })
})
