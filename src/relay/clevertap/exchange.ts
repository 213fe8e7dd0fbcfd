import { type Dispatcher, errors } from 'undici'

/** What came back for one upload request, before anybody has judged it. */
export type Answer =
  | { kind: 'answered'; status: number; body: string; retryAfter: string | undefined }
  /** No usable answer: connection refused or reset, time-out, an answer that broke off or never ended. */
  | { kind: 'unanswered'; reason: string }

/** Bytes of an answer that are read. A hundred echoed records with the longest ids stay well under it. */
const maxAnswerBytes = 4 * 1024 * 1024

const reasonOf = (error: unknown): string => {
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
        // Comes again after an informational answer (1xx).
        onResponseStart: (_, statusCode, headers) => {
          status = statusCode
          const after = headers['retry-after']
          retryAfter = Array.isArray(after) ? after[0] : after
        },
        onResponseData: (_, chunk) => {
          size += chunk.length
          if (size > maxAnswerBytes) fail('answer too large')
          else chunks.push(chunk)
        },
        onResponseEnd: () => {
          if (!isOver) settle({ kind: 'answered', status, body: Buffer.concat(chunks).toString('utf8'), retryAfter })
        },
        onResponseError: (_, error) => fail(reasonOf(error)),
      })
    } catch (error) {
      fail(reasonOf(error))
    }
  })
