import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { expect, onTestFinished } from 'vitest'
import { loadConfig } from '../../../src/relay/config/load.ts'
import type { ServerParts } from '../../../src/relay/http/parts.ts'
import { createServer } from '../../../src/relay/http/server.ts'
import { createLog, type Log } from '../../../src/relay/operations/log.ts'
import type { Store } from '../../../src/relay/store/port.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { createJudge, type Description } from './openapi/described.ts'

export const origin = 'https://www.example.com'
export const apiKey = 'backend-key-0123456789'
export const accountId = 'TEST-ACC-1'

/** A relay's settings for tests: one account, one origin, one API key. */
export const baseEnv = {
  CLEVERTAP_ACCOUNT_ID: accountId,
  CLEVERTAP_PASSCODE: 'clevertap-passcode-1',
  PUSHFERRY_ORIGINS: origin,
  PUSHFERRY_API_KEYS: `shop:${apiKey}`,
  PUSHFERRY_SECRET: 'registration-secret-of-32-letters',
  PUSHFERRY_RATE_LIMIT: '0',
} as const

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  json: unknown
}

export interface Call {
  method?: string
  headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON with its content type; bytes and strings are sent unchanged. */
  body?: unknown
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Sends a request exactly as given, without the headers and checks that `fetch` adds. */
export const createCaller = (url: string) => {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  return async (path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Answer> => {
    const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined
    const bytes = Buffer.from(raw ? (body ?? '') : JSON.stringify(body))
    const framed = body === undefined || 'transfer-encoding' in headers || 'content-length' in headers
    const request = httpRequest(url, {
      path,
      method,
      agent,
      headers: {
        ...(raw ? {} : { 'content-type': 'application/json' }),
        ...(framed ? {} : { 'content-length': String(bytes.length) }),
        ...headers,
      },
    })
    request.end(bytes)
    const [response] = await once(request, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    return { status: response.statusCode, headers: response.headers, text, json: readJson(text) }
  }
}

export interface RunningServer {
  call: (path: string, call?: Call) => Promise<Answer>
  app: FastifyInstance
  store: Store
  url: string
  port: number
  /** The log so far, at level debug. */
  lines: () => readonly string[]
}

/** Starts a server on loopback with a memory store. It stops when the test ends. */
export const startServer = async (
  env: Readonly<Record<string, string>> = {},
  parts: Partial<ServerParts> = {},
  readFile?: (path: string) => string,
): Promise<RunningServer> => {
  const lines: string[] = []
  const log: Log = createLog('debug', { write: (line) => lines.push(line) })
  const store = parts.store ?? createMemoryStore()
  const config = loadConfig({ ...baseEnv, ...env }, readFile)
  const app = createServer({ config, store, log, version: '1.2.3', ...parts })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
    await store.close()
  })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const caller = createCaller(url)
  // The cast: the plugin makes the document, and types it as OpenAPI of any version.
  const judge = createJudge(app.swagger() as unknown as Description)
  /** Sends a request. In every test, the answer must be as `/openapi.json` describes it. */
  const call = async (path: string, request: Call = {}): Promise<Answer> => {
    const answer = await caller(path, request)
    expect(judge(request.method ?? 'GET', path, answer)).toEqual([])
    return answer
  }
  return { call, app, store, url, port, lines: () => lines }
}
