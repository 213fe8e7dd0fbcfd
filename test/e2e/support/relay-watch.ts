import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { createEventLog, type EventLog } from './event-log.ts'
import { listen } from './listen.ts'
import { readBody } from './read-body.ts'
import type { SubscriptionJson } from './send-push.ts'

/** A request of a browser to the relay. A preflight counts only if nobody answers it: then it stands for its request. */
interface Call {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** The value of `X-Pushferry-Key`. */
  readonly key: string | null
  /** What a registration sends. `null` where there is no body. */
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
  /** Nobody was there: the browser's connection was cut. */
  | (Call & { readonly what: 'unreachable' })

/**
 * What the next request meets, preflights aside. `lose-answer` lets the relay do its work and cuts the connection in
 * place of its answer; an object is the answer of a proxy that stands before the relay.
 */
export type RelayFault =
  | 'lose-answer'
  | { readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: unknown }

/** A proxy that writes down what browsers say to the relay, and what they get. */
export interface RelayWatch {
  /** Stays the same, wherever the relay goes. */
  readonly url: string
  readonly log: EventLog<RelayEvent>
  /** Where the relay is; `null` cuts every connection, as nobody was there. */
  leadTo(relayUrl: string | null): void
  /**
   * Called again: the one after it too.
   * @param method only a request with this method meets it; those before it pass.
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

/** Sends the request on as it came. Rejects when nobody answers. A stream of events is not waited for. */
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
    // Only our own client speaks to it, so the cast is checked by the tests that read it.
    const sent = body.length > 0 ? (parse(body.toString()) as SentRecord) : null
    const call = { method, path, key: typeof key === 'string' ? key : null, sent }
    // Browsers repeat a request by themselves when a connection that they used before is cut.
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
    // The browser may go in the middle of its request.
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
