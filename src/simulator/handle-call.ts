import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createGate, type Gate } from './gate.ts'
import { type IncomingCall, type Outcome, type Parts, profile, refuse, upload } from './routes.ts'
import type { Call } from './simulator.ts'
import { speak } from './speak.ts'

/** Serves CleverTap's paths, and answers 404 on every other. */
export interface CallHandler {
  /** Uploads in flight. */
  readonly inFlight: number
  /** Resolves when the answer is written or a fault has taken effect. Rejects when the connection breaks. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
}

type Route = { on: 'upload' | 'profile'; method: string; gate: Gate; answer: typeof upload }

/** Limit of calls in flight to `/1/profile.json`, independent of the uploads' limit (developer.clevertap.com/docs/api-request-limit). */
const profileLimit = 3

/** Mean extra delay of Node's timers and of sending an answer, in ms. It is subtracted from each wait. */
const lateMs = 0.5

const seenHeaders = (request: IncomingMessage): Record<string, string> => {
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    name === 'x-clevertap-passcode' ? '[redacted]' : String(value),
  ])
  return Object.fromEntries(headers)
}

/** Makes the handler. It calls `onChange` when a call begins, and when a call has ended and is recorded. */
export const createCallHandler = (parts: Parts, onChange: () => void): CallHandler => {
  const { options, ledger, faults } = parts
  const uploads = createGate(options.limit)
  const routes: Readonly<Record<string, Route>> = {
    '/1/upload': { on: 'upload', method: 'POST', gate: uploads, answer: upload },
    '/1/profile.json': { on: 'profile', method: 'GET', gate: createGate(profileLimit), answer: profile },
  }

  /** Refuses a call with a wrong path, method or credentials, or over the limit. Passes every other call to its route. */
  const answer = async (route: Route | undefined, isAllowed: boolean, incoming: IncomingCall): Promise<Outcome> => {
    const { request, dryRun } = incoming
    if (!route) return refuse(404, 'no such path')
    if (request.method !== route.method)
      return { ...refuse(405, `the method must be ${route.method}`), headers: { Allow: route.method } }
    const { 'x-clevertap-account-id': accountId, 'x-clevertap-passcode': passcode } = request.headers
    if (accountId !== options.accountId) return refuse(401, 'wrong or missing account id')
    if (passcode !== options.passcode) return refuse(401, 'wrong or missing passcode')
    if (!isAllowed) return refuse(429, 'too many in flight')
    const early = faults.take({ on: route.on, dryRun, objectIds: undefined })
    return early ? { status: 0, body: {}, fault: early } : route.answer(incoming, parts)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = options.now()
    const arrivedMs = performance.now()
    const entry = ledger.open()
    const [path = '', search = ''] = (request.url ?? '').split('?', 2)
    const query = new URLSearchParams(search)
    const dryRun = query.get('dryRun') === '1'
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    const visit = route?.gate.admit()
    if (visit && route?.on === 'upload') ledger.noteInFlight(visit.inFlight)
    onChange()

    let outcome: Outcome = { status: 0, body: {} }
    let isOver = false
    /** Records the call before the last byte of its answer is sent, so that a caller with the answer finds it in `received()`. */
    const end = (status: number | null): void => {
      visit?.leave()
      if (isOver) return
      isOver = true
      const { records = [], codes = {}, processed = 0, refusal = null, fault, isRejected } = outcome
      const call: Call = {
        number: entry.number,
        at,
        tookMs: options.now() - at,
        method: request.method ?? '',
        path,
        dryRun,
        headers: seenHeaders(request),
        inFlight: visit?.inFlight ?? 0,
        size: records.length,
        records: options.keepRecords ? records : [],
        status,
        processed,
        unprocessed: Object.values(codes).reduce((sum, count) => sum + count, 0),
        codes,
        refusal,
        fault: fault?.kind ?? (isRejected ? 'reject' : null),
      }
      entry.close(call)
      options.onCall(call)
      onChange()
    }
    const gone = new AbortController()
    response.once('close', () => {
      gone.abort()
      end(null)
    })

    outcome = await answer(route, visit?.isAllowed ?? false, { request, query, dryRun, entry })
    const { status, body, fault, refusal, headers } = outcome
    if (refusal !== undefined) request.resume()
    const latencyMs = options.latencyMs + (fault?.kind === 'latency' ? fault.ms : 0)
    // The latency includes the time for reading and judging, so that it is the same for 1 record and for 100.
    const delayMs = latencyMs > 0 && refusal === undefined ? arrivedMs + latencyMs - performance.now() : 0
    if (delayMs >= 1) await wait(Math.floor(delayMs - lateMs), undefined, { signal: gone.signal })
    await speak({ response, status, body, headers, fault, onLast: end, gone: gone.signal })
  }

  return {
    get inFlight() {
      return uploads.inFlight
    },
    handle,
  }
}
