import { type Dispatcher, errors } from 'undici'
import { decodeBody } from './decode-body.ts'

/** What came back for one upload request, before anybody has judged it. */
export type Answer =
  | { kind: 'answered'; status: number; body: string; retryAfter: string | undefined }
  /** No usable answer: connection refused or reset, time-out, an answer that broke off or never ended. */
  | { kind: 'unanswered'; reason: string }

/** Bytes of an answer that are read. A hundred echoed records with the longest ids stay well under it. */
const maxAnswerBytes = 4 * 1024 * 1024

const headerOf = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
  name: string,
): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** Retry-After; one that is a date as seconds from the answer's own date, because this machine's clock may be wrong. */
const waitOf = (after: string | undefined, date: string | undefined): string | undefined => {
  const ms = Date.parse(after ?? '') - Date.parse(date ?? '')
  return after === undefined || /^\s*\d*\s*$/.test(after) || Number.isNaN(ms) ? after : String(Math.max(0, ms / 1000))
}

const reasonOf = (error: unknown): string => {
  // undici has no code of its own for a proxy that refuses the tunnel.
  const refusal = error instanceof Error ? /^Proxy response \((\d{3})\)/.exec(error.message)?.[1] : undefined
  if (refusal !== undefined) return `HTTP ${refusal}`
  if (error instanceof errors.UndiciError) return error.code
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}

/**
 * Makes one request and reads the whole answer, within `timeoutMs` for all of it: undici's own time-outs watch for
 * silence, this one ends an answer that trickles for ever. Never rejects. With undici's `dispatch`, because the streams
 * that its `request` makes of each answer cost a slot 0.3 ms of its time.
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

    const settle = (answer: Answer): void => {
      isOver = true
      clearTimeout(deadline)
      signal?.removeEventListener('abort', onAbort)
      resolve(answer)
    }
    const fail = (reason: string): void => {
      if (isOver) return
      settle({ kind: 'unanswered', reason })
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
          // It waited for a connection until nobody wanted its answer any more.
          if (isOver) begun.abort(new errors.RequestAbortedError())
        },
        onResponseStart: (_, statusCode, headers) => {
          // An informational answer (1xx) says nothing yet; the answer itself follows.
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
          settle({ kind: 'answered', status, body, retryAfter })
        },
        onResponseError: (_, error) => fail(reasonOf(error)),
      })
    } catch (error) {
      fail(reasonOf(error))
    }
  })
