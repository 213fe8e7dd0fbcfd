import { Pool } from 'undici'
import type { TokenRecord } from '../../wire/record.ts'
import { isLoopback } from '../config/loopback.ts'
import { type Answer, exchange } from './exchange.ts'
import { type EgressProxy, openProxied } from './proxy.ts'
import { bodyOf } from './record.ts'

/** The only HTTP client for CleverTap's API. */
export interface ClevertapClient {
  /**
   * Sends records to `/1/upload`. Never rejects: a failure is an `unanswered` answer. With `dryRun` CleverTap checks the
   * records and stores nothing. `body`: the result of `bodyOf(records)`, if the caller has it already.
   */
  upload(
    records: readonly TokenRecord[],
    options?: { dryRun?: boolean; signal?: AbortSignal; traceparent?: string; body?: string },
  ): Promise<Answer>
  /** Requests a profile: `GET /1/profile.json?objectId=`. */
  profile(objectId: string): Promise<Answer>
  close(): Promise<void>
}

export interface ClevertapOptions {
  /** Origin, such as `https://eu1.api.clevertap.com`. */
  url: string
  accountId: string
  passcode: string
  /** Timeout for the whole request, in ms (default 30,000). */
  timeoutMs?: number
  /** Size of the connection pool: the largest number of requests in flight (default 3). */
  connections?: number
  /** The egress proxy for https requests to other machines. Plain http and loopback requests bypass it. */
  proxy?: EgressProxy | undefined
}

/** Whether a request failed at the proxy, which could not be reached or refused to open a tunnel. */
const isOfProxy = (reason: string): boolean =>
  /^(HTTP \d{3}|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT|UND_ERR_PRX_TLS)$/.test(reason)

/** Shorter passcodes are not hidden, because they could occur in an answer by chance. CleverTap's have about 12 characters. */
const minHiddenLength = 8

/**
 * Makes the function that replaces the passcode in answers, in any letter case. A proxy's error page or a debugging gateway may
 * repeat the request's headers, and people other than the operator can see the error messages in the store.
 */
const createHider = (passcode: string): ((body: string) => string) => {
  const forms = [passcode, JSON.stringify(passcode).slice(1, -1)].filter((form) => form.length >= minHiddenLength)
  const patterns = forms.map((form) => new RegExp(form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi'))
  return (body) => patterns.reduce((kept, pattern) => kept.replace(pattern, '[passcode]'), body)
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
  proxy,
}: ClevertapOptions): ClevertapClient => {
  const limits = { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connectTimeout: timeoutMs }
  const { protocol, hostname } = new URL(url)
  const isDirect = !proxy || protocol !== 'https:' || isLoopback(hostname)
  const pool = isDirect ? new Pool(url, limits) : openProxied(proxy, limits)
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
        origin: url,
        method,
        path,
        headers: {
          ...credentials,
          ...more,
          'content-type': 'application/json; charset=utf-8',
          'accept-encoding': 'identity',
        },
        ...(body === undefined ? {} : { body }),
      },
      { timeoutMs, signal },
    )
    if (answer.kind === 'answered') return { ...answer, body: hide(answer.body) }
    return !isDirect && isOfProxy(answer.reason) ? { kind: 'unanswered', reason: `proxy ${answer.reason}` } : answer
  }

  return {
    upload: (records, { dryRun = false, signal, traceparent, body = bodyOf(records) } = {}) =>
      ask('POST', dryRun ? '/1/upload?dryRun=1' : '/1/upload', body, signal, traceparent ? { traceparent } : {}),
    profile: (objectId) => ask('GET', `/1/profile.json?objectId=${encodeURIComponent(objectId)}`),
    close: () => pool.destroy(),
  }
}
