import { EventEmitter, once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { meaningOf } from '../../src/relay/clevertap/code-meanings.ts'
import type { LogLevel } from '../../src/relay/config/types.ts'
import { createLog } from '../../src/relay/operations/log.ts'
import { createRelay } from '../../src/relay/relay.ts'
import { signTicket } from '../../src/ticket/index.ts'
import { memoryFolder } from '../support/temporary-folder.ts'
import {
  markedAdminCalls,
  markedApiKey,
  markedAuth,
  markedCalls,
  markedEnv,
  markedNative,
  markedSubscription,
  registrationKeysOf,
  withoutEcho,
} from './http/marked-calls.ts'
import { type Answer, baseEnv, createCaller } from './http/running-server.ts'

/**
 * A CleverTap that repeats everything it was sent, passcode and tokens, in every text of its answers, and refuses in
 * every way there is; which way, the objectId says.
 */
const startEcho = async () => {
  const urls: string[] = []
  const seen = new EventEmitter()
  const asked = new Set<string>()
  const server = createServer(async (request, response) => {
    urls.push(`${request.url}`)
    const { d = [] } = request.method === 'POST' ? ((await json(request)) as { d?: { objectId: string }[] }) : {}
    const [record] = d
    const error = `no: ${request.headers['x-clevertap-passcode']} ${JSON.stringify(d)} record number : 1`
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    const way = record?.objectId ?? 'profile'
    if (way === 'echo-reset') request.socket.destroy()
    else if (way === 'echo-html') response.end(`<p>${error}`)
    else if (way === 'echo-item')
      answer(200, { status: 'fail', processed: 0, unprocessed: [{ status: 'fail', code: 535, error, record }] })
    else if (/^echo-\d/.test(way)) answer(Number(way.slice(5)), { status: 'fail', error, code: 1 })
    else answer(200, { status: 'success', processed: d.length, unprocessed: [], record: { error } })
    asked.add(way)
    seen.emit('asked')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    urls,
    /** Settles when every one of these has been asked for. */
    until: async (...ways: readonly string[]) => {
      while (!ways.every((way) => asked.has(way))) await once(seen, 'asked')
    },
  }
}

/** The first event of the status page's stream. */
const firstEvent = async (url: string, authorization: string): Promise<string> => {
  const request = get(`${url}/status/events`, { headers: { authorization } })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) {
    text += chunk
    if (text.includes('data: ') && text.endsWith('\n\n')) break
  }
  request.destroy()
  return text
}

const ways = ['echo-400', 'echo-413', 'echo-item', 'echo-500', 'echo-html', 'echo-reset']

describe('secrets of a whole relay', () => {
  it.each<LogLevel>(['debug', 'info', 'warn', 'error'])(
    'stay out of logs, metrics, the status page, every answer, and every URL, while CleverTap repeats them: log level %s',
    async (level) => {
      const clevertap = await startEcho()
      const folder = memoryFolder()
      onTestFinished(folder.remove)
      const lines: string[] = []
      const relay = createRelay({
        env: {
          ...baseEnv,
          ...markedEnv,
          CLEVERTAP_URL: clevertap.url,
          PUSHFERRY_STORE: `sqlite:${folder.file('outbox.db')}`,
          PUSHFERRY_PORT: '0',
          PUSHFERRY_FLUSH_MS: '0',
          PUSHFERRY_UPLOAD_BATCH: '1',
          PUSHFERRY_RETRY_BASE_MS: '1',
          PUSHFERRY_RETRY_MAX_MS: '5',
          PUSHFERRY_VERIFY: '1',
          PUSHFERRY_LOG_LEVEL: level,
        },
        log: createLog(level, { write: (line) => lines.push(line) }),
      })
      onTestFinished(() => relay.stop())
      const { url } = await relay.start()
      const call = createCaller(url)
      const authorization = `Bearer ${markedEnv.PUSHFERRY_ADMIN_KEY}`
      const post = (objectId: string): Promise<Answer> =>
        call('/1/upload', {
          method: 'POST',
          headers: { 'X-CleverTap-Passcode': markedApiKey },
          body: { d: [markedNative(objectId), markedSubscription(`web-${objectId}`)] },
        })

      const answers: Answer[] = []
      const ticket = await signTicket({ objectId: 'user-1', key: markedEnv.PUSHFERRY_TICKET_KEY })
      for (const way of ways) answers.push(await post(way))
      for (const [path, request] of markedCalls(ticket)) answers.push(await call(path, request))
      await clevertap.until(...ways)
      // Refused credentials stop every other upload, so they come last.
      answers.push(await post('echo-401'))
      await clevertap.until('echo-401')
      const statusOf = (objectId: string): Promise<Answer> =>
        call(`/v1/tokens/${objectId}`, { headers: { authorization: `Bearer ${markedApiKey}` } })
      // Asked for is not settled yet; the texts that are searched come with that.
      for (const refused of ['echo-400', 'echo-item']) while (!(await statusOf(refused)).text.includes('"rejected"'));
      for (const way of [...ways, 'echo-401', 'user-1']) answers.push(await statusOf(way))
      for (const [path, request] of markedAdminCalls()) answers.push(await call(path, request))
      const events = await firstEvent(url, authorization)
      await relay.stop()

      const texts = [lines.join(''), answers.map(withoutEcho).join('\n'), clevertap.urls.join('\n'), events]
      expect(events).toContain('"rejected"')
      expect(answers.map(withoutEcho).join('\n')).toContain(meaningOf(535).meaning)
      for (const text of texts) {
        expect(text).not.toBe('')
        expect(text.match(/.{0,80}MARKED.{0,40}/g) ?? []).toEqual([])
        expect(text).not.toContain(markedAuth)
        expect(text).not.toContain(ticket)
      }
      const [log, , urls] = texts
      for (const key of registrationKeysOf(answers)) expect(`${log}${urls}${events}`).not.toContain(key)
    },
  )
})
