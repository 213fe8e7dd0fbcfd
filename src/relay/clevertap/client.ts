import { errors, Pool } from 'undici'
import type { TokenRecord } from '../../wire/record.ts'
import { bodyOf } from './record.ts'

/** What came back for one upload request, before anybody has judged it. */
export type Answer =
  | { kind: 'answered'; status: number; body: string; retryAfter: string | undefined }
  /** No usable answer: connection refused or reset, time-out, an answer that broke off or never ended. */
  | { kind: 'unanswered'; reason: string }

/** The one place that talks to CleverTap. */
export interface ClevertapClient {
  /**
   * Sends records to `/1/upload`. Never rejects: what goes wrong is an `unanswered` answer. With `dryRun` CleverTap
   * checks the records and stores nothing. `body`: `bodyOf(records)`, where it is known already.
   */
  upload(
    records: readonly TokenRecord[],
    options?: { dryRun?: boolean; signal?: AbortSignal; traceparent?: string; body?: string },
  ): Promise<Answer>
  /** Asks for a profile: `GET /1/profile.json?objectId=`. */
  profile(objectId: string): Promise<Answer>
  close(): Promise<void>
}

export interface ClevertapOptions {
  /** Origin, such as `https://eu1.api.clevertap.com`. */
  url: string
  accountId: string
  passcode: string
  /** For the whole of a request, in ms (default 30,000). */
  timeoutMs?: number
  /** Connections kept to CleverTap: as many as there may be requests in flight. */
  connections?: number
}

/** Bytes of an answer that are read. A hundred echoed records with the longest ids stay well under it. */
const maxAnswerBytes = 4 * 1024 * 1024

/** What is shorter could stand in an answer by chance; CleverTap makes passcodes of a dozen characters. */
const minHiddenLength = 8

/**
 * Makes the hand that takes the passcode out of answers. Whoever stands between (a proxy's error page, a debugging
 * gateway) may repeat the request's headers, and texts of answers are kept and shown to others than the operator.
 */
const createHider = (passcode: string): ((body: string) => string) => {
  const forms = [passcode, JSON.stringify(passcode).slice(1, -1)].filter((form) => form.length >= minHiddenLength)
  return (body) => forms.reduce((kept, form) => kept.replaceAll(form, () => '[passcode]'), body)
}

const reasonOf = (error: unknown): string => {
  if (error instanceof errors.UndiciError) return error.code
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}

/**
 * Opens a pool of connections to one account's CleverTap. Redirects are never followed, because they would carry the
 * passcode to another host.
 */
export const createClevertapClient = ({
  url,
  accountId,
  passcode,
  timeoutMs = 30_000,
  connections = 3,
}: ClevertapOptions): ClevertapClient => {
  const pool = new Pool(url, {
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connectTimeout: timeoutMs,
  })
  const hide = createHider(passcode)
  const credentials = { 'x-clevertap-account-id': accountId, 'x-clevertap-passcode': passcode }

  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    signal?: AbortSignal,
    more: Record<string, string> = {},
  ): Promise<Answer> => {
    // undici's time-outs watch for silence; this one ends an answer that trickles for ever. Not made with
    // AbortSignal.any: on Node 20 that leaves something behind on the caller's signal with each request.
    const aborter = new AbortController()
    const abort = (): void => aborter.abort()
    let late = false
    const deadline = setTimeout(() => {
      late = true
      abort()
    }, timeoutMs)
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    try {
      const response = await pool.request({
        method,
        path,
        signal: aborter.signal,
        headers: { ...credentials, ...more, 'content-type': 'application/json; charset=utf-8' },
        ...(body === undefined ? {} : { body }),
      })
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        size += chunk.length
        if (size > maxAnswerBytes) {
          response.body.destroy()
          return { kind: 'unanswered', reason: 'answer too large' }
        }
        chunks.push(chunk)
      }
      const retryAfter = response.headers['retry-after']
      return {
        kind: 'answered',
        status: response.statusCode,
        body: hide(Buffer.concat(chunks).toString('utf8')),
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      }
    } catch (error) {
      return { kind: 'unanswered', reason: late ? 'time-out' : reasonOf(error) }
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', abort)
    }
  }

  return {
    upload: (records, { dryRun = false, signal, traceparent, body = bodyOf(records) } = {}) =>
      ask('POST', dryRun ? '/1/upload?dryRun=1' : '/1/upload', body, signal, traceparent ? { traceparent } : {}),
    profile: (objectId) => ask('GET', `/1/profile.json?objectId=${encodeURIComponent(objectId)}`),
    close: () => pool.destroy(),
  }
}
