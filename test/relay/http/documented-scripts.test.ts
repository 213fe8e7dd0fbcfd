import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRelay, type Relay } from '../../../src/relay/index.ts'
import { silentLog } from '../../../src/relay/operations/log.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

/*
 * The scripts of CleverTap's API document, reduced to the request that each makes: the headers in the spelling and order
 * in which its HTTP library writes them. What a user changes is the base URL and the passcode's value, nothing else, so
 * that the account id is the document's own placeholder.
 */
const passcode = 'an-api-key-in-place-of-the-passcode'
const body = JSON.stringify(
  JSON.parse(readFileSync(new URL('../../fixtures/upload-curl.json', import.meta.url), 'utf8')),
)
const type = 'Content-Type: application/json; charset=utf-8'
const account = 'X-CleverTap-Account-Id: ACCOUNT_ID'
const secret = `X-CleverTap-Passcode: ${passcode}`
const canonical = ['X-Clevertap-Account-Id: ACCOUNT_ID', `X-Clevertap-Passcode: ${passcode}`]

const scripts: Readonly<Record<string, readonly string[]>> = {
  curl: ['User-Agent: curl/7.88.1', 'Accept: */*', account, secret, type],
  'Node, with the package request': [account, secret, type, 'Connection: close'],
  'Ruby, with Net::HTTP': [
    'Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
    'Accept: */*',
    'User-Agent: Ruby',
    type,
    ...canonical,
  ],
  'Python, with requests': [
    'User-Agent: python-requests/2.31.0',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    'Connection: keep-alive',
    account,
    secret,
    type,
  ],
  'PHP, with Requests': ['User-Agent: php-requests/1.7', 'Accept: */*', 'Connection: close', account, secret, type],
  'Go, with net/http': ['User-Agent: Go-http-client/1.1', type, ...canonical, 'Accept-Encoding: gzip'],
}

describe('the API document’s own scripts', () => {
  let relay: Relay | undefined
  let folder: ReturnType<typeof memoryFolder>
  beforeEach(() => {
    folder = memoryFolder()
  })
  afterEach(async () => {
    await relay?.stop()
    folder.remove()
  })

  const send = async (url: string, headers: readonly string[]): Promise<string> => {
    const { hostname, port, host } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    const lines = [`Host: ${host}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`]
    socket.write(`POST /1/upload HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
    let answer = ''
    for await (const chunk of socket) {
      answer += String(chunk)
      const length = /content-length: (\d+)/i.exec(answer)?.[1]
      if (length && answer.length >= answer.indexOf('\r\n\r\n') + 4 + Number(length)) break
    }
    return answer
  }

  it.each(Object.keys(scripts))('%s: works with another base URL and passcode', async (name) => {
    relay = createRelay({
      env: {
        CLEVERTAP_ACCOUNT_ID: 'ACCOUNT_ID',
        CLEVERTAP_PASSCODE: 'a-passcode-that-nobody-is-asked-for',
        CLEVERTAP_URL: 'http://127.0.0.1:9',
        PUSHFERRY_API_KEYS: passcode,
        PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
        PUSHFERRY_PORT: '0',
      },
      log: silentLog,
    })
    const { url } = await relay.start()
    const answer = await send(url, scripts[name] ?? [])
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer.split('\r\n\r\n')[1]).toBe('{"status":"success","processed":1,"unprocessed":[]}')
  })
})
