import type { TokenRecord } from '../../wire/record.ts'
import type { RecordError } from '../outbox/store.ts'
import type { Answer } from './client.ts'

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

/** Retry-After in either of its forms (RFC 9110 §10.2.3) as ms from now; a date in the past is none. */
export const readRetryAfter = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const ms = Date.parse(value) - now
  return ms > 0 ? ms : undefined
}

/** A text from outside that may be shown: one line, short, and without the token that it may echo. */
const clean = (text: unknown, record?: TokenRecord): string => {
  const line = (typeof text === 'string' ? text : '').replace(/[\p{Cc}\s]+/gu, ' ').trim()
  const { id, keys } = record?.tokenData ?? {}
  const secrets = [id, keys?.p256dh, keys?.auth].filter((one) => one !== undefined)
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '[token]'), line).slice(0, 300)
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
    refused.set(index, { code: Number(item.code) || 0, message: clean(item.error, sent[index]) })
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

const judgeBody = (body: unknown, sent: readonly TokenRecord[]): Verdict => {
  const unreadable: Verdict = { kind: 'failed', reason: 'not the documented JSON', retryAfterMs: undefined }
  if (!isObject(body)) return unreadable
  const { status, processed, unprocessed } = body
  if (status !== 'success' && status !== 'partial' && status !== 'fail') return unreadable
  const items = unprocessed ?? []
  if (!Array.isArray(items)) return unreadable
  if (status === 'fail' && items.length === 0)
    return {
      kind: 'poisoned',
      error: { code: Number(body.code) || 0, message: clean(body.error) || 'refused without a reason' },
    }
  return typeof processed === 'number' ? judge(processed, items, sent) : unreadable
}

/**
 * What CleverTap's answer means. Pure.
 *
 * Source: the Upload Device Tokens API and its error page; the shapes of recorded answers. What is not documented is
 * read in the way that loses nothing: an answer that is not understood is a failed request, and it is sent again.
 */
export const readAnswer = (answer: Answer, sent: readonly TokenRecord[], now: number): Verdict => {
  if (answer.kind === 'unanswered') return { kind: 'failed', reason: answer.reason, retryAfterMs: undefined }
  const { status, body } = answer
  const retryAfterMs = readRetryAfter(answer.retryAfter, now)
  if (status >= 200 && status < 300) {
    const verdict = judgeBody(readJson(body), sent)
    const unclear = verdict.kind === 'judged' && verdict.records.every((record) => record.kind === 'unclear')
    return unclear ? { kind: 'failed', reason: 'counts that do not add up', retryAfterMs } : verdict
  }
  if (status === 401 || status === 403) return { kind: 'unauthorized', status }
  if (status === 429) return { kind: 'throttled', retryAfterMs }
  if (status === 400 || status === 413) {
    const parsed = readJson(body)
    const message = isObject(parsed) ? clean(parsed.error) : ''
    return { kind: 'poisoned', error: { code: status, message: message || `refused with HTTP ${status}` } }
  }
  return { kind: 'failed', reason: `HTTP ${status}`, retryAfterMs }
}
