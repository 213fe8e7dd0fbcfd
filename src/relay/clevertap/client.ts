import { Pool } from 'undici'
import type { TokenRecord } from '../../wire/record.ts'
import { type Answer, exchange } from './exchange.ts'
import { bodyOf } from './record.ts'

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
    const answer = await exchange(
      pool,
      {
        method,
        path,
        headers: { ...credentials, ...more, 'content-type': 'application/json; charset=utf-8' },
        ...(body === undefined ? {} : { body }),
      },
      { timeoutMs, signal },
    )
    return answer.kind === 'answered' ? { ...answer, body: hide(answer.body) } : answer
  }

  return {
    upload: (records, { dryRun = false, signal, traceparent, body = bodyOf(records) } = {}) =>
      ask('POST', dryRun ? '/1/upload?dryRun=1' : '/1/upload', body, signal, traceparent ? { traceparent } : {}),
    profile: (objectId) => ask('GET', `/1/profile.json?objectId=${encodeURIComponent(objectId)}`),
    close: () => pool.destroy(),
  }
}
