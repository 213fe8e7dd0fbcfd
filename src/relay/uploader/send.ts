import type { TokenRecord } from '../../wire/record.ts'
import { readAnswer, type Verdict } from '../clevertap/outcome.ts'
import { bodyOf, type KeyPadding, recordFor } from '../clevertap/record.ts'
import type { Sent, Upload } from '../clevertap/upload.ts'
import { type InTrace, inOwnTrace } from '../operations/trace.ts'
import type { LeasedEntry, Outcome } from '../store/port.ts'
import { type Batch, failedOutcome, halves, outcomeOf } from './batch.ts'
import type { Clock } from './clock.ts'
import type { RetryRules } from './policy.ts'

/** The result of one request. */
export interface Answered {
  verdict: Verdict | { kind: 'unsent' }
  /** Id of the trace that the request started. */
  traceId: string
  /** Monotonic, in ms. */
  sentAt: number
  tookMs: number
}

/** A batch in the form in which it is sent. */
export interface Prepared {
  records: readonly TokenRecord[]
  body: string
}

/**
 * Makes the request body of a batch, once. The loop calls it ahead, while other requests are in flight, so that a free slot
 * does not wait for it.
 */
export const createPreparer = (padding: KeyPadding): ((batch: Batch) => Prepared) => {
  const prepared = new WeakMap<Batch, Prepared>()
  return (batch) => {
    const known = prepared.get(batch)
    if (known) return known
    const records = batch.map((entry) => recordFor(entry.objectId, entry.token, padding))
    const made = { records, body: bodyOf(records) }
    prepared.set(batch, made)
    return made
  }
}

interface Sending {
  upload: Upload
  signal: AbortSignal
  atOnce: number
  prepare: (batch: Batch) => Prepared
  clock: Clock
  inTrace: InTrace | undefined
}

/** Sends one batch. Never rejects. */
export const sendBatch = (
  batch: Batch,
  { upload, signal, atOnce, prepare, clock, inTrace }: Sending,
): Promise<Answered> =>
  (inTrace ?? inOwnTrace)(batch.length, async ({ traceId, traceparent }) => {
    const { records, body } = prepare(batch)
    const begunAt = clock.elapsed()
    const sent = await upload(records, { signal, traceparent, body, atOnce }).catch(
      (): Sent => ({ kind: 'unanswered', reason: 'unknown' }),
    )
    const verdict = sent.kind === 'unsent' ? sent : readAnswer(sent, records, clock.now())
    const sentAt = begunAt + (sent.kind === 'unsent' ? 0 : (sent.waitedMs ?? 0))
    return { verdict, traceId, sentAt, tookMs: clock.elapsed() - sentAt }
  })

/** The next step after the answer for a batch. */
export interface Consequences {
  /** Outcomes to write. */
  results: readonly { entry: LeasedEntry; outcome: Outcome }[]
  /** Smaller batches to send at once, to find the record for which the whole request was refused. */
  again: readonly Batch[]
}

/** Facts about the request that decide the consequences. */
export interface Circumstances {
  rules: RetryRules
  /** Wall clock, ms since the epoch. */
  now: number
  random: () => number
  /** The relay aborted the request, so a failure says nothing. */
  cutOff: boolean
  /** The account worked when the request was sent, so a failure is blamed on its records. */
  blamed: boolean
  /** The account's own wait, in ms. */
  accountWaitMs: number
}

/** Decides the outcome of each row of a batch. Pure. */
export const consequencesOf = (batch: Batch, verdict: Verdict, circumstances: Circumstances): Consequences => {
  const { rules, now, random, cutOff } = circumstances
  const each = (outcome: (entry: LeasedEntry) => Outcome): Consequences => ({
    results: batch.map((entry) => ({ entry, outcome: outcome(entry) })),
    again: [],
  })
  switch (verdict.kind) {
    case 'judged': {
      const results = verdict.records.flatMap((record, index) => {
        const entry = batch[index]
        return entry && record.kind !== 'unclear' ? [{ entry, outcome: outcomeOf(record, entry, rules, now) }] : []
      })
      const unclear = batch.filter((_, index) => verdict.records[index]?.kind === 'unclear')
      return { results, again: unclear.length > 1 ? halves(unclear) : unclear.length === 1 ? [unclear] : [] }
    }
    case 'poisoned':
      return batch.length > 1
        ? { results: [], again: halves(batch) }
        : each((entry) => outcomeOf({ kind: 'refused', error: verdict.error }, entry, rules, now))
    case 'failed': {
      if (cutOff) return each(() => ({ kind: 'returned' }))
      // One random number for all rows, so that they become due together.
      const chance = random()
      return each((entry) => failedOutcome(entry, circumstances, rules, now, () => chance))
    }
    case 'throttled':
    case 'unauthorized':
      return each(() => ({ kind: 'returned' }))
  }
}
