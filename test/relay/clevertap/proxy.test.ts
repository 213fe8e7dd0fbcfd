import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClevertapClient } from '../../../src/relay/clevertap/client.ts'
import { sampleRecord } from '../../../src/relay/clevertap/sample-record.ts'
import { ConfigError, loadConfig } from '../../../src/relay/config/index.ts'
import { explainHealth } from '../../../src/relay/operations/status/health-cause.ts'
import { misbehaviours, startUpstream, type Upstream } from '../../faults/upstream.ts'

const credentials = { CLEVERTAP_ACCOUNT_ID: 'ACC-1', CLEVERTAP_PASSCODE: 'marked-passcode' }
const proxyOf = (env: Record<string, string>) => loadConfig({ ...credentials, ...env }).accounts[0]?.proxy

describe('HTTPS_PROXY', () => {
  it('is read with NO_PROXY, by the lower-case names first, with or without a scheme', () => {
    expect(proxyOf({})).toBeUndefined()
    expect(proxyOf({ HTTPS_PROXY: ' ' })).toBeUndefined()
    expect(proxyOf({ HTTPS_PROXY: 'http://u:p@proxy.example:3128', NO_PROXY: '.internal' })).toEqual({
      url: 'http://u:p@proxy.example:3128/',
      noProxy: '.internal',
    })
    expect(proxyOf({ HTTPS_PROXY: 'http://other.example', https_proxy: 'proxy.example:3128' })).toEqual({
      url: 'http://proxy.example:3128/',
      noProxy: '',
    })
  })

  it.each(['socks5://marked.example', 'http://', 'http://[marked'])('that is no URL of one is refused: %s', (value) => {
    const load = () => proxyOf({ HTTPS_PROXY: value })
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(/^HTTPS_PROXY must be the URL of a proxy, http:\/\/host:port or https:\/\/host:port$/)
  })

  it.each([
    'http://u:mark%ed@p.example',
    'http://u:12#marked@p.example:3128',
    'http://u:12/marked@p.example',
    'u:1?marked@p',
  ])('whose password has an unescaped character is refused: %s', (value) => {
    const load = () => proxyOf({ HTTPS_PROXY: value })
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(
      /^HTTPS_PROXY must be the URL of a proxy, .*; in the user name and password write # as %23, .*%25$/,
    )
  })
})

describe('a client behind a proxy', () => {
  let upstream: Upstream
  let proxy: Server
  let asked: { target: string | undefined; authorization: string | undefined }[]
  let answer: string
  beforeEach(async () => {
    upstream = await startUpstream()
    asked = []
    answer = '200 Connection established'
    proxy = createServer()
    proxy.on('connect', (request, client) => {
      asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] })
      client.write(`HTTP/1.1 ${answer}\r\n\r\n`)
      if (!answer.startsWith('200')) return client.end()
      // Whatever name was asked for, it leads to the server of this test.
      const server = connect(Number(new URL(upstream.url).port), '127.0.0.1')
      client.pipe(server).pipe(client)
      for (const socket of [client, server]) socket.on('error', () => {})
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
  })
  afterEach(async () => {
    proxy.closeAllConnections()
    proxy.close()
    await upstream.stop()
  })
  const urlOf = (user = ''): string => `http://${user}127.0.0.1:${(proxy.address() as AddressInfo).port}` // it listens on TCP
  const upload = async (url: string, options: { user?: string; noProxy?: string; proxy?: string } = {}) => {
    const { user, noProxy = '', proxy: to = urlOf(user) } = options
    const client = createClevertapClient({
      url,
      accountId: 'ACC-1',
      passcode: 'marked-passcode',
      timeoutMs: 5_000,
      proxy: { url: to, noProxy },
    })
    const sent = await client.upload([sampleRecord])
    await client.close()
    return sent
  }

  it('asks it for a tunnel to CleverTap, with its user and password, and shows it nothing else', async () => {
    await upload('https://eu1.api.clevertap.com', { user: 'me:secret@' })
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(asked).toEqual([{ target: 'eu1.api.clevertap.com:443', authorization }])
  })

  it('says that the proxy refuses, and what to do', async () => {
    answer = '407 Proxy Authentication Required'
    const sent = await upload('https://eu1.api.clevertap.com')
    expect(sent).toEqual({ kind: 'unanswered', reason: 'proxy HTTP 407' })
    expect(explainHealth('failing', 'proxy HTTP 407')).toEqual({
      cause: 'The proxy that HTTPS_PROXY names refuses (HTTP 407)',
      remedy: expect.stringContaining('with user and password if the proxy needs them'),
    })
  })

  it('says that the proxy cannot be reached, not that CleverTap cannot', async () => {
    const sent = await upload('https://eu1.api.clevertap.com', { proxy: 'http://127.0.0.1:9' })
    expect(sent).toEqual({ kind: 'unanswered', reason: 'proxy ECONNREFUSED' })
    expect(explainHealth('failing', 'proxy ECONNREFUSED')?.cause).toBe(
      'The proxy that HTTPS_PROXY names cannot be reached (ECONNREFUSED)',
    )
  })

  it('goes without it to this machine and to hosts that NO_PROXY names', async () => {
    upstream.behave(misbehaviours.answer(200, '{"status":"success","processed":1,"unprocessed":[]}'))
    expect(await upload(upstream.url)).toMatchObject({ kind: 'answered', status: 200 })
    expect(await upload('https://clevertap.invalid', { noProxy: 'other.example, .invalid' })).toMatchObject({
      kind: 'unanswered',
      reason: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    })
    expect(asked).toEqual([])
  })
})
