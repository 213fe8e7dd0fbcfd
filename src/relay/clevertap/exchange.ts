import { type Dispatcher, errors } from 'undici'
import { decodeBody } from './decode-body.ts'

/** The answer to one request, not interpreted yet. */
export type Answer =
  | { kind: 'answered'; status: number; body: string; retryAfter: string | undefined }
  /** No usable answer: connection refused or reset, time-out, an answer that broke off or never ended. */
  | { kind: 'unanswered'; reason: string }

/** Largest answer that is read, in bytes. 100 echoed records with the longest ids are well below it. */
const maxAnswerBytes = 4 * 1024 * 1024

const headerOf = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** Retry-After. A date is converted to seconds after the answer's own `Date`, because this machine's clock may be wrong. */
const waitOf = (after: string | undefined, date: string | undefined): string | undefined => {
  const ms = Date.parse(after ?? '') - Date.parse(date ?? '')
  return after === undefined || /^[\s\d.,]*$/.test(after) || Number.isNaN(ms) ? after : String(Math.max(0, ms / 1000))
}

const reasonOf = (error: unknown): string => {
  // undici has no error code for a proxy that refuses the tunnel.
  const refusal = error instanceof Error ? /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] : undefined
  if (refusal !== undefined) return `HTTP ${refusal}`
  if (error instanceof errors.UndiciError) return error.code
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}

/**
 * Makes one request and reads the whole answer. Never rejects. `timeoutMs` limits the whole exchange: undici's own timeouts
 * watch for silence only, and would let an answer trickle for ever. Uses undici's `dispatch`, because the stream that its
 * `request` makes of each answer costs 0.3 ms of a slot's time.
 */
export const exchange = (
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Answer> =>
  new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined
    let isOver = false
    let status = 0
    let retryAfter: string | undefined
    let encoding: string | undefined
    const chunks: Uint8Array[] = []
    let size = 0

    const finish = (answer: Answer): void => {
      isOver = true
      clearTimeout(deadline)
      signal?.removeEventListener('abort', onAbort)
      resolve(answer)
    }
    const fail = (reason: string): void => {
      if (isOver) return
      finish({ kind: 'unanswered', reason })
      controller?.abort(new errors.RequestAbortedError())
    }
    const onAbort = (): void => fail('AbortError')
    const deadline = setTimeout(fail, timeoutMs, 'time-out')
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) return onAbort()

    try {
      dispatcher.dispatch(request, {
        onRequestStart: (begun) => {
          controller = begun
          // The request timed out or was aborted while it waited for a connection.
          if (isOver) begun.abort(new errors.RequestAbortedError())
        },
        onResponseStart: (_, statusCode, headers) => {
          // An informational answer (1xx) precedes the real one.
          if (statusCode < 200) return
          status = statusCode
          encoding = headerOf(headers, 'content-encoding')
          retryAfter = waitOf(headerOf(headers, 'retry-after'), headerOf(headers, 'date'))
        },
        onResponseData: (_, chunk) => {
          size += chunk.length
          if (size > maxAnswerBytes) fail('answer too large')
          else chunks.push(chunk)
        },
        onResponseEnd: () => {
          if (isOver) return
          const body = decodeBody(Buffer.concat(chunks), encoding, maxAnswerBytes)
          finish({ kind: 'answered', status, body, retryAfter })
        },
        onResponseError: (_, error) => fail(reasonOf(error)),
      })
    } catch (error) {
      fail(reasonOf(error))
    }
  })
