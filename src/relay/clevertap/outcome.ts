import type { TokenRecord } from '../../wire/record.ts'
import type { RecordError } from '../store/port.ts'
import { hiddenStatus, isObject, type Members, readCode, readJson } from './answer-body.ts'
import { showableMessage } from './error-message.ts'
import type { Answer } from './exchange.ts'

/** The verdict on one record. `unclear`: the answer does not say whether the record was accepted. */
export type RecordVerdict = { kind: 'accepted' } | { kind: 'refused'; error: RecordError } | { kind: 'unclear' }

/** The meaning of an answer for the whole request. */
export type Verdict =
  /** One verdict for each record, in the order in which they were sent. */
  | { kind: 'judged'; records: readonly RecordVerdict[] }
  /** The whole request was refused because of its content: find the record by halving the batch. */
  | { kind: 'poisoned'; error: RecordError }
  /** The answer says nothing about the records: send them again later. */
  | { kind: 'failed'; reason: string; retryAfterMs: number | undefined }
  | { kind: 'throttled'; retryAfterMs: number | undefined }
  | { kind: 'unauthorized'; status: number }

/** Longest accepted Retry-After, in ms, so that a wrong number cannot stop an account for years. */
const longestRetryAfterMs = 24 * 60 * 60 * 1000

/**
 * Reads Retry-After in either form (RFC 9110 §10.2.3) as ms from now, at most a day. Also reads decimals, and the first number of
 * a list, because proxies join repeated headers. Returns undefined where the header asks for no wait (0, a date in the past) or
 * cannot be read; the caller then uses its own back-off.
 */
export const readRetryAfter = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined
  const [, seconds] = /^\s*(\d+(?:\.\d+)?)\s*(?:,|$)/.exec(value) ?? []
  const ms = seconds === undefined ? Date.parse(value) - now : Math.ceil(Number(seconds) * 1000)
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : undefined
}

/** Finds the record of an `unprocessed` item: by its echo (objectIds are unique in a batch), else by its record number. */
const findRecord = (
  item: Members,
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
    refused.set(index, { code, message: showableMessage(item.error, code, sent) })
  }
  // If an item matches no record, or the counts do not add up, the outcome of the other records is unclear.
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

/** Interprets the refusal of a whole request, by its status and message. */
const judgeStatus = (
  status: number,
  message: unknown,
  sent: readonly TokenRecord[],
  retryAfterMs: number | undefined,
): Verdict => {
  if (status === 401 || status === 403) return { kind: 'unauthorized', status }
  if (status === 429) return { kind: 'throttled', retryAfterMs }
  if (status === 400 || status === 413)
    return {
      kind: 'poisoned',
      error: { code: status, message: showableMessage(message, status, sent) || `refused with HTTP ${status}` },
    }
  return failed(`HTTP ${status}`, retryAfterMs)
}

/** Interprets the body of a 2xx answer. */
const judgeBody = (body: unknown, sent: readonly TokenRecord[], retryAfterMs: number | undefined): Verdict => {
  const unreadable = failed('not the documented JSON', retryAfterMs)
  if (!isObject(body)) return unreadable
  const { status, processed, unprocessed, error } = body
  if (status !== 'success' && status !== 'partial' && status !== 'fail') return unreadable
  const items = unprocessed ?? []
  if (!Array.isArray(items)) return unreadable
  if (status === 'fail' && items.length === 0) {
    const code = readCode(body.code)
    return {
      kind: 'poisoned',
      error: { code, message: showableMessage(error, code, sent) || 'refused without a reason' },
    }
  }
  if (typeof processed !== 'number') return unreadable
  const verdict = judge(processed, items, sent)
  const isOpen = verdict.kind === 'judged' && verdict.records.every((record) => record.kind === 'unclear')
  // Items that match no record mean that some record was refused, and halving finds it. Counts alone say nothing.
  return isOpen && (items.length === 0 || sent.length === 1)
    ? failed('counts that do not add up', retryAfterMs)
    : verdict
}

/**
 * Interprets CleverTap's answer. Pure.
 *
 * Source: the Upload Device Tokens API, its error page, and recorded answers. An answer in an undocumented format counts as a
 * failed request, so that its records are sent again and none is lost.
 */
export const readAnswer = (answer: Answer, sent: readonly TokenRecord[], now: number): Verdict => {
  if (answer.kind === 'unanswered') return failed(answer.reason)
  const retryAfterMs = readRetryAfter(answer.retryAfter, now)
  const body = readJson(answer.body)
  const { error } = isObject(body) ? body : {}
  const status = answer.status < 200 || answer.status >= 300 ? answer.status : hiddenStatus(body)
  return status === undefined ? judgeBody(body, sent, retryAfterMs) : judgeStatus(status, error, sent, retryAfterMs)
}
