import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { createEventLog, type EventLog } from './event-log.ts'
import { listen } from './listen.ts'
import { readBody } from './read-body.ts'
import type { SubscriptionJson } from './send-push.ts'

/** A browser's request to the relay. A preflight is recorded only if it is not answered, in place of the request after it. */
interface Call {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** The value of `X-Pushferry-Key`. */
  readonly key: string | null
  /** The body of a registration; `null` without a body. */
  readonly sent: SentRecord | null
}

/** The members of a registration that tests look at. */
export interface SentRecord {
  readonly type: string
  readonly tokenData: { readonly id: string; readonly type: string; readonly keys: SubscriptionJson['keys'] }
  readonly objectId: string
  readonly endpoint: string
  readonly replaces?: string
}

export type RelayEvent =
  | (Call & { readonly what: 'answered'; readonly status: number; readonly answer: unknown })
  /** The relay could not be reached: the browser's connection was cut. */
  | (Call & { readonly what: 'unreachable' })

/**
 * The fault of the next request, except preflights. `lose-answer` lets the relay handle the request and cuts the connection
 * instead of answering; an object is the answer of a proxy in front of the relay.
 */
export type RelayFault =
  | 'lose-answer'
  | { readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: unknown }

/** A proxy that records the requests of browsers to the relay, and the answers. */
export interface RelayWatch {
  /** Stays the same when the relay's address changes. */
  readonly url: string
  readonly log: EventLog<RelayEvent>
  /** Sets the relay's address; `null` cuts every connection, as if no relay were running. */
  leadTo(relayUrl: string | null): void
  /**
   * Makes the next request meet this fault. A second call adds a fault for the one after it.
   * @param method only a request with this method meets the fault; others pass.
   */
  failNext(fault: RelayFault, method?: string): void
  stop(): Promise<void>
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Forwards the request unchanged. Rejects when nobody answers. Does not wait for the end of an event stream. */
const forward = async (to: string, from: IncomingMessage, body: Buffer) => {
  const { method = 'GET', headers } = from
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(new URL(from.url ?? '/', to), { method, headers, agent: false })
      .on('response', resolve)
      .on('error', reject)
      .end(body)
  })
  const isStream = answer.headers['content-type'] === 'text/event-stream'
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: isStream ? Buffer.alloc(0) : await readBody(answer),
    stream: isStream ? answer : null,
  }
}

export const startRelayWatch = async (): Promise<RelayWatch> => {
  const log = createEventLog<RelayEvent>('relay')
  const faults: { readonly fault: RelayFault; readonly method: string | undefined }[] = []
  const takeFault = (method: string): RelayFault | undefined => {
    const next = faults.findIndex((one) => one.method === undefined || one.method === method)
    return next < 0 ? undefined : faults.splice(next, 1)[0]?.fault
  }
  let relayUrl: string | null = null

  const reply = async (from: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '/', headers } = from
    const preflightFor = from.method === 'OPTIONS' ? headers['access-control-request-method'] : undefined
    const method = preflightFor ?? from.method ?? 'GET'
    const body = await readBody(from)
    const key = headers['x-pushferry-key']
    // Only our own client sends here, and the tests that read this check it, so the cast is safe.
    const sent = body.length > 0 ? (parse(body.toString()) as SentRecord) : null
    const call = { method, path, key: typeof key === 'string' ? key : null, sent }
    // Without this, browsers repeat a request by themselves when a reused connection is cut.
    response.setHeader('connection', 'close')
    const cut = () => {
      log.add({ what: 'unreachable', ...call })
      response.destroy()
    }

    if (relayUrl === null) return cut()
    const fault = preflightFor ? undefined : takeFault(method)
    if (typeof fault === 'object') {
      const cors = { 'access-control-allow-origin': headers.origin ?? '*', 'access-control-expose-headers': '*' }
      response.writeHead(fault.status, { ...cors, 'content-type': 'application/json', ...fault.headers })
      response.end(JSON.stringify(fault.body ?? {}))
      log.add({ what: 'answered', ...call, status: fault.status, answer: fault.body ?? {} })
      return
    }
    const answer = await forward(relayUrl, from, body).catch(() => null)
    if (!answer || fault === 'lose-answer') return cut()
    const { connection: _, ...passedOn } = answer.headers
    response.writeHead(answer.status, passedOn)
    if (answer.stream) pipeline(answer.stream, response, () => {})
    else response.end(answer.body)
    if (preflightFor) return
    log.add({ what: 'answered', ...call, status: answer.status, answer: parse(answer.body.toString()) })
  }
  const server = createServer((from, response) => {
    // The browser may disconnect in the middle of its request.
    reply(from, response).catch(() => response.destroy())
  })

  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    log,
    leadTo(next) {
      relayUrl = next
    },
    failNext: (fault, method) => void faults.push({ fault, method }),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
