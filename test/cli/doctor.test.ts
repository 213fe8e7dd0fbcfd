import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createRelay, type Relay } from '../../src/relay/index.ts'
import { silentLog } from '../../src/relay/operations/log.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'

const vapidKey = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8'
const otherKey = 'BDzdkqYx7d4T4bTAh6kKzJwHYzNoYQUfKRYYGXz3Wk8zZ0cQ2nqV9hJ8RrZGZ2rQ1C0xI6qYxTfW9Jr2k7f0bYk'

type Handler = (request: IncomingMessage, response: ServerResponse) => void
/** Serves until the test ends; settles with the origin. */
const serve = async (handler: Handler): Promise<string> => {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A file of the site: its text, and headers beside the content type. */
interface File {
  status?: number
  type?: string
  body?: string
  headers?: Record<string, string>
}
const files = new Map<string, File>()
let site: string
let relay: Relay
let folder: TemporaryFolder
let relayUrl: string

const startRelay = async (env: Record<string, string> = {}): Promise<string> => {
  relay = createRelay({
    env: {
      CLEVERTAP_ACCOUNT_ID: 'ACCOUNT_ID',
      CLEVERTAP_PASSCODE: 'nobody-is-asked',
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      PUSHFERRY_ORIGINS: site,
      PUSHFERRY_VAPID_PUBLIC_KEY: vapidKey,
      PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
      PUSHFERRY_PORT: '0',
      ...env,
    },
    log: silentLog,
  })
  relayUrl = (await relay.start()).url
  return relayUrl
}

/** The site as the README has it, but for what a test changes. */
const setPage = (body: string, headers: Record<string, string> = {}): void =>
  void files.set('/', { type: 'text/html', body, headers })
const ownTag = (attributes = ''): string => `<script async src="${relayUrl}/pushferry.min.js" ${attributes}></script>`
const tag = (attributes = ''): string => `<script src="/clevertap.min.js"></script>${ownTag(attributes)}`
const setWorker = (file: File = {}): void =>
  void files.set('/pushferry-sw.min.js', {
    type: 'text/javascript',
    body: `importScripts('${relayUrl}/pushferry-sw.min.js')`,
    ...file,
  })

beforeEach(async () => {
  folder = temporaryFolder()
  files.clear()
  const server = createServer(({ url = '' }, response) => {
    const { status = 200, type = 'text/plain', body = '', headers = {} } = files.get(url) ?? { status: 404 }
    response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await startRelay()
  setPage(tag())
  setWorker()
})
afterEach(async () => {
  await relay.stop()
  folder.remove()
})

const doctor = async (...argv: string[]) => runCli(['doctor', site, ...argv])
const failures = async (...argv: string[]): Promise<{ code: number; lines: string[] }> => {
  const { code, out } = await runCli(['doctor', site, '--json', ...argv])
  const { findings } = JSON.parse(out) as { findings: { name: string; state: string; found: string; advice: string }[] }
  const lines = findings
    .filter(({ state }) => state !== 'ok')
    .map((one) => `${one.name}: ${one.found} -> ${one.advice}`)
  return { code, lines }
}

test('finds a site in order that follows the README, a line for each thing looked at', async () => {
  const { code, out, err } = await doctor()
  expect(err).toBe('')
  expect(out.split('\n').map((line) => line.slice(0, 18).trim().replace(/ +/g, ' '))).toEqual(
    ['page', 'tag', 'script', 'relay', 'CORS', 'VAPID key', 'worker', 'scope', 'CSP']
      .map((name) => `ok ${name}`)
      .concat(''),
  )
  expect(code).toBe(0)
})

describe('the mistakes of a site owner', () => {
  test('1: the origin is not in PUSHFERRY_ORIGINS', async () => {
    await relay.stop()
    await startRelay({ PUSHFERRY_ORIGINS: 'https://www.example.com' })
    setPage(tag())
    setWorker()
    const { code, lines } = await failures()
    expect(code).toBe(1)
    expect(lines).toEqual([
      `CORS: ${site} may not register -> Add it at the relay: PUSHFERRY_ORIGINS=${site} (comma-separated where there are several).`,
    ])
  })
  test('2: no tag in the page', async () => {
    setPage('<p>Hello</p><!-- <script src="/pushferry.min.js"></script> -->')
    expect((await failures()).lines).toEqual([
      expect.stringContaining('tag: no tag with pushferry.min.js in the page -> Add the tag.'),
    ])
  })
  test('3: the worker file is missing', async () => {
    files.delete('/pushferry-sw.min.js')
    expect((await failures()).lines).toEqual([
      expect.stringContaining('worker: /pushferry-sw.min.js answers 404 -> Put the worker file there'),
    ])
  })
  test('4: a single-page app answers its page for the worker file', async () => {
    setWorker({ type: 'text/html', body: '<!doctype html>' })
    expect((await failures()).lines).toEqual([
      expect.stringContaining('is text/html -> The server answers with a page for missing files'),
    ])
  })
  test('5: the worker file is behind a redirect', async () => {
    setWorker({ status: 301, headers: { location: '/static/pushferry-sw.min.js' } })
    expect((await failures()).lines).toEqual([
      expect.stringContaining('redirects -> Browsers refuse a worker behind a redirect'),
    ])
  })
  test('6: the Content-Security-Policy does not let the page reach the relay', async () => {
    setPage(tag(), { 'content-security-policy': `default-src 'self'; script-src 'self' ${relayUrl}` })
    expect((await failures()).lines).toEqual([`CSP: default-src blocks ${relayUrl} -> Add ${relayUrl} to connect-src.`])
  })
  test('6: nor does one in a meta tag', async () => {
    setPage(`<meta http-equiv="Content-Security-Policy" content="script-src 'self'">${tag()}`)
    expect((await failures()).lines).toEqual([`CSP: script-src blocks ${relayUrl} -> Add ${relayUrl} to script-src.`])
  })
  test('6: Trusted Types without the policy pushferry', async () => {
    setPage(tag(), { 'content-security-policy': "require-trusted-types-for 'script'; trusted-types app" })
    expect((await failures()).lines).toEqual([
      'CSP: Trusted Types do not allow the policy pushferry -> Add pushferry to trusted-types.',
    ])
  })
  test("6: the worker file's own policy blocks the import from the relay", async () => {
    setWorker({ headers: { 'content-security-policy': "default-src 'self'" } })
    expect((await failures()).lines).toEqual([
      expect.stringContaining("default-src of the worker's own Content-Security-Policy blocks"),
    ])
  })
  test('7: another VAPID key in the tag than in the relay', async () => {
    setPage(tag(`data-vapid-key="${otherKey}"`))
    expect((await failures()).lines).toEqual([
      expect.stringContaining('VAPID key: the tag (data-vapid-key) and the relay have different ones'),
    ])
  })
  test('7: no VAPID key anywhere', async () => {
    await relay.stop()
    await startRelay({ PUSHFERRY_VAPID_PUBLIC_KEY: '' })
    setPage(tag())
    setWorker()
    expect((await failures()).lines).toEqual([
      expect.stringContaining('VAPID key: neither the relay nor the tag has one'),
    ])
  })
  test('8: the relay is not reachable at the address of the tag', async () => {
    await relay.stop()
    const { lines } = await failures()
    expect(lines[0]).toContain('script: no answer from')
    expect(lines[1]).toContain('(ECONNREFUSED) -> Check that the relay runs')
  })
  test('8: the relay is http on a public address', async () => {
    setPage(tag('data-relay="http://push.invalid"'))
    expect((await failures()).lines).toContainEqual(expect.stringContaining('relay: http://push.invalid is not https'))
  })
  test('9: a proxy in front of the relay does not pass its Access-Control headers', async () => {
    const proxy = await serve(async ({ url = '', headers }, response) => {
      const answer = await fetch(relayUrl + url, { headers: { origin: headers.origin ?? '' } })
      response
        .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
        .end(await answer.text())
    })
    expect((await failures('--relay', proxy)).lines).toEqual([
      expect.stringContaining('CORS: the answer allows no origin -> A proxy changes Access-Control headers'),
    ])
  })
  test('10: the worker file lies on the origin of the relay', async () => {
    setPage(tag(`data-service-worker="${relayUrl}/pushferry-sw.min.js"`))
    expect((await failures()).lines).toEqual([
      expect.stringContaining('is on another origin than the page -> Put the file on'),
    ])
  })
  test('10: a scope that the folder of the worker file does not allow', async () => {
    files.set('/js/pushferry-sw.min.js', { type: 'text/javascript', body: 'self.pushferry' })
    setPage(tag('data-service-worker="/js/pushferry-sw.min.js" data-scope="/"'))
    expect((await failures()).lines).toEqual([
      expect.stringContaining(
        'scope: / lies outside /js/ -> Put the worker file higher, or send it with the header Service-Worker-Allowed: /',
      ),
    ])
  })
  test.each([
    ['data-serviceworker="/pushferry-sw.min.js"', 'the script does not read data-serviceworker', 'data-service-worker'],
    ['object-id="x"', 'the script does not read object-id', 'data-object-id'],
    [`data-vapid-public-key="${vapidKey}"`, 'the script does not read data-vapid-public-key', 'data-vapid-key'],
  ])('beside them: an attribute that is nearly one of the tag, %s', async (attribute, found, advice) => {
    setPage(tag(attribute))
    expect(await failures()).toEqual({ code: 1, lines: [`tag: ${found} -> The attribute is ${advice}.`] })
  })
  test('beside them: a relay without https:// in the tag', async () => {
    setPage(tag('data-relay="push.example.com"'))
    expect((await failures()).lines).toEqual([
      'tag: data-relay is not an absolute URL -> Write it as https://push.example.com',
    ])
  })
  test('beside them: a fallback that there is not', async () => {
    setPage(tag('data-fallback="clevertap"'))
    expect((await failures()).lines).toEqual([
      'tag: there is no fallback "clevertap" -> The only one is clevertap-sdk.',
    ])
  })
  test('beside them: neither the SDK nor an objectId, which another script may bring', async () => {
    setPage(ownTag())
    expect(await failures()).toEqual({ code: 0, lines: [expect.stringContaining('objectId: neither data-object-id')] })
    setPage(ownTag('data-object-id="x"'))
    expect((await failures()).lines).toEqual([])
  })
  test('beside them: the worker file of another program', async () => {
    setWorker({ body: 'self.onfetch = () => {}' })
    expect((await failures()).lines).toEqual([expect.stringContaining('does not load Pushferry -> Add to it')])
  })
  test('beside them: a worker that is not a classic script', async () => {
    for (const body of ["importScripts('/pushferry-sw.min.js'", "import { attachPushferry } from 'pushferry/sw'"]) {
      setWorker({ body })
      expect((await failures()).lines).toEqual([
        expect.stringMatching(/^worker: \S+ is not a classic script \(.+\) -> Correct it\. Bundle a worker/),
      ])
    }
  })
  test('beside them: a worker that imports the script for pages', async () => {
    setWorker({ body: `importScripts('${relayUrl}/pushferry.min.js')` })
    expect((await failures()).lines).toEqual([
      expect.stringContaining('imports pushferry.min.js, which is the script for pages -> Import pushferry-sw.min.js'),
    ])
  })
  test('beside them: an import that is not there', async () => {
    setWorker({ body: `importScripts('${relayUrl}/pushferry-sw.js')` })
    expect((await failures()).lines).toEqual([expect.stringContaining('which answers 404')])
  })
  test('beside them: the integrity of another version', async () => {
    setPage(tag('integrity="sha384-AAAA" crossorigin'))
    expect((await failures()).lines).toEqual([
      expect.stringContaining('script: the integrity of the tag belongs to another version'),
    ])
  })
})

test('a page without the tag is looked at with --relay and --service-worker', async () => {
  setPage('<script type="module" src="/app.js"></script>')
  files.set('/sw.js', { type: 'application/javascript', body: '/* pushferry */' })
  expect(await failures('--relay', relayUrl, '--service-worker', '/sw.js')).toEqual({ code: 0, lines: [] })
})

test('a site that redirects to another origin is told which one counts', async () => {
  const before = await serve((_, response) => void response.writeHead(302, { location: `${site}/` }).end())
  const { code, out } = await runCli(['doctor', before])
  expect([code, out]).toEqual([
    0,
    expect.stringContaining(`Set PUSHFERRY_ORIGINS to ${site}, the address after the redirect.`),
  ])
})

test.each(['www.example.com', 'ftp://www.example.com'])(
  'refuses %s, which is no address of a page, as wrong usage',
  async (url) => {
    expect(await runCli(['doctor', url])).toEqual({
      code: 2,
      out: '',
      err: 'pushferry: URL must be an address such as https://www.example.com\n',
    })
  },
)

test('refuses an address with a password, and does not print it', async () => {
  expect(await runCli(['doctor', 'https://u:marked@www.example.com'])).toEqual({
    code: 2,
    out: '',
    err: 'pushferry: URL must be an address without a user name and a password\n',
  })
})

test('asks through the proxy of HTTPS_PROXY, except for the hosts of NO_PROXY', async () => {
  const asked: (string | undefined)[] = []
  const proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close().closeAllConnections())
  const { port } = proxy.address() as AddressInfo
  const env = { HTTPS_PROXY: `http://127.0.0.1:${port}`, NO_PROXY: 'direct.invalid' }
  expect((await runCli(['doctor', 'https://site.invalid'], { env })).code).toBe(1)
  expect((await runCli(['doctor', 'https://direct.invalid'], { env })).code).toBe(1)
  expect(asked).toEqual(['site.invalid:443'])
})
