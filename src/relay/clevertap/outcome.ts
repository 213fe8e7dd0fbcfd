import type { TokenRecord } from '../../wire/record.ts'
import type { RecordError } from '../store/port.ts'
import { showableText } from './error-text.ts'
import type { Answer } from './exchange.ts'

/** What an answer says of one sent record. `unclear`: refused or not, the answer does not say. */
export type RecordVerdict = { kind: 'accepted' } | { kind: 'refused'; error: RecordError } | { kind: 'unclear' }

/** What an answer means for the request that it answers. */
export type Verdict =
  /** One verdict for each record sent, in their order. */
  | { kind: 'judged'; records: readonly RecordVerdict[] }
  /** The request as a whole was refused because of something in it: find out which record by halving. */
  | { kind: 'poisoned'; error: RecordError }
  /** Nothing was learned about the records: send them again later. */
  | { kind: 'failed'; reason: string; retryAfterMs: number | undefined }
  | { kind: 'throttled'; retryAfterMs: number | undefined }
  | { kind: 'unauthorized'; status: number }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Longest wait that is believed, in ms: a number gone wrong must not stop an account for years. */
const longestRetryAfterMs = 24 * 60 * 60 * 1000

/**
 * Retry-After in either of its forms (RFC 9110 §10.2.3) as ms from now, a day at most. Undefined where it asks for no
 * wait (0, a date in the past) or cannot be read, so that the caller's own back-off counts.
 */
export const readRetryAfter = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : undefined
}

/** CleverTap's code, also when it comes as a text; 0 for what is none. */
const readCode = (code: unknown): number => {
  const number = typeof code === 'string' || typeof code === 'number' ? Number(code) : 0
  return Number.isSafeInteger(number) ? number : 0
}

const readJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Which sent record an item of `unprocessed` is about: by its echo (objectIds are unique in a batch), else its number. */
const findRecord = (
  item: Readonly<Record<string, unknown>>,
  sent: readonly TokenRecord[],
  byObjectId: ReadonlyMap<string, number>,
): number | undefined => {
  if (sent.length === 1) return 0
  const echo = isObject(item.record) ? item.record.objectId : undefined
  const echoed = typeof echo === 'string' ? byObjectId.get(echo) : undefined
  if (echoed !== undefined) return echoed
  const [, position] = typeof item.error === 'string' ? (/record number\s*:\s*(\d+)/i.exec(item.error) ?? []) : []
  const index = Number(position) - 1
  return index >= 0 && index < sent.length ? index : undefined
}

const judge = (processed: number, unprocessed: readonly unknown[], sent: readonly TokenRecord[]): Verdict => {
  const byObjectId = new Map(sent.map((record, index) => [record.objectId, index]))
  const refused = new Map<number, RecordError>()
  for (const item of unprocessed) {
    if (!isObject(item)) continue
    const index = findRecord(item, sent, byObjectId)
    if (index === undefined || refused.has(index)) continue
    const code = readCode(item.code)
    refused.set(index, { code, message: showableText(item.error, code, sent) })
  }
  // An item that fits no record, or counts that do not add up, leave open what became of the others.
  const clear = refused.size === unprocessed.length && processed + refused.size === sent.length
  const other: RecordVerdict = clear ? { kind: 'accepted' } : { kind: 'unclear' }
  return {
    kind: 'judged',
    records: sent.map((_, index) => {
      const error = refused.get(index)
      return error ? { kind: 'refused', error } : other
    }),
  }
}

const failed = (reason: string, retryAfterMs?: number): Verdict => ({ kind: 'failed', reason, retryAfterMs })

/** What a refusal of the whole request means, by its status and the text that came with it. */
const judgeStatus = (
  status: number,
  text: unknown,
  sent: readonly TokenRecord[],
  retryAfterMs: number | undefined,
): Verdict => {
  if (status === 401 || status === 403) return { kind: 'unauthorized', status }
  if (status === 429) return { kind: 'throttled', retryAfterMs }
  if (status === 400 || status === 413)
    return {
      kind: 'poisoned',
      error: { code: status, message: showableText(text, status, sent) || `refused with HTTP ${status}` },
    }
  return failed(`HTTP ${status}`, retryAfterMs)
}

/** Statuses that say nothing of the records. CleverTap's own codes of records lie among the 5xx and are not here. */
const requestStatuses: readonly number[] = [401, 403, 408, 425, 429, 500, 502, 503, 504]

/** What the body of a 2xx means. */
const judgeBody = (body: unknown, sent: readonly TokenRecord[], retryAfterMs: number | undefined): Verdict => {
  const unreadable = failed('not the documented JSON', retryAfterMs)
  if (!isObject(body)) return unreadable
  const { status, processed, unprocessed, error } = body
  if (status !== 'success' && status !== 'partial' && status !== 'fail') return unreadable
  const items = unprocessed ?? []
  if (!Array.isArray(items)) return unreadable
  if (status === 'fail' && items.length === 0) {
    const code = readCode(body.code)
    return { kind: 'poisoned', error: { code, message: showableText(error, code, sent) || 'refused without a reason' } }
  }
  if (typeof processed !== 'number') return unreadable
  const verdict = judge(processed, items, sent)
  const isOpen = verdict.kind === 'judged' && verdict.records.every((record) => record.kind === 'unclear')
  // Items that fit no record say that some were refused: halving finds out which. Counts alone say nothing.
  return isOpen && (items.length === 0 || sent.length === 1)
    ? failed('counts that do not add up', retryAfterMs)
    : verdict
}

/**
 * What CleverTap's answer means. Pure.
 *
 * Source: the Upload Device Tokens API and its error page; the shapes of recorded answers. What is not documented is
 * read in the way that loses nothing: an answer that is not understood is a failed request, and it is sent again.
 */
export const readAnswer = (answer: Answer, sent: readonly TokenRecord[], now: number): Verdict => {
  if (answer.kind === 'unanswered') return failed(answer.reason)
  const retryAfterMs = readRetryAfter(answer.retryAfter, now)
  const body = readJson(answer.body)
  const { status, unprocessed, code, error } = isObject(body) ? body : {}
  if (answer.status < 200 || answer.status >= 300) return judgeStatus(answer.status, error, sent, retryAfterMs)
  // The flat body of a refused request, under a 200 that somebody in between has made of it.
  const inner = status === 'fail' && unprocessed === undefined ? readCode(code) : 0
  return requestStatuses.includes(inner)
    ? judgeStatus(inner, error, sent, retryAfterMs)
    : judgeBody(body, sent, retryAfterMs)
}
