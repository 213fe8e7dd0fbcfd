import type { TokenRecord } from '../../wire/record.ts'
import type { Answer } from '../clevertap/client.ts'
import { readAnswer, type Verdict } from '../clevertap/outcome.ts'
import { type KeyPadding, recordFor } from '../clevertap/record.ts'
import type { LeasedEntry, Outcome } from '../outbox/store.ts'
import { type Chunk, failedOutcome, halves, outcomeOf, poisonOutcome } from './batch.ts'
import type { Clock } from './clock.ts'
import type { RetryRules } from './policy.ts'

/** How an upload request is made: `ClevertapClient.upload`, or a stand-in. */
export type Upload = (records: readonly TokenRecord[], options: { signal: AbortSignal }) => Promise<Answer>

/** What one request came to. */
export interface Sent {
  verdict: Verdict
  /** Results that can be settled. */
  results: readonly { entry: LeasedEntry; outcome: Outcome }[]
  /** What must be sent again at once, in smaller requests, to find the record that the whole request was refused for. */
  again: readonly Chunk[]
  sentAt: number
  tookMs: number
}

/** Sends one chunk and says what became of each of its entries. Never rejects. */
export const sendChunk = async (
  chunk: Chunk,
  parts: { upload: Upload; signal: AbortSignal; padding: KeyPadding; rules: RetryRules; clock: Clock },
): Promise<Sent> => {
  const { upload, signal, padding, rules, clock } = parts
  const records = chunk.map((entry) => recordFor(entry.objectId, entry.token, padding))
  const sentAt = clock.elapsed()
  const answer = await upload(records, { signal })
  const now = clock.now()
  const verdict = readAnswer(answer, records, now)
  const each = (outcome: (entry: LeasedEntry) => Outcome): Sent['results'] =>
    chunk.map((entry) => ({ entry, outcome: outcome(entry) }))
  const sent = (results: Sent['results'], again: readonly Chunk[] = []): Sent => ({
    verdict,
    results,
    again,
    sentAt,
    tookMs: clock.elapsed() - sentAt,
  })

  // Stopping cuts requests off; their records were neither refused nor at fault.
  if (signal.aborted && verdict.kind === 'failed') return sent(each(() => ({ kind: 'returned' })))
  switch (verdict.kind) {
    case 'judged': {
      const judged = verdict.records.flatMap((record, index) => {
        const entry = chunk[index]
        return entry && record.kind !== 'unclear' ? [{ entry, outcome: outcomeOf(record, entry, rules, now) }] : []
      })
      const unclear = chunk.filter((_, index) => verdict.records[index]?.kind === 'unclear')
      return sent(judged, unclear.length > 1 ? halves(unclear) : unclear.length === 1 ? [unclear] : [])
    }
    case 'poisoned':
      return chunk.length > 1 ? sent([], halves(chunk)) : sent(each(() => poisonOutcome(verdict.error)))
    case 'failed':
      return sent(each((entry) => failedOutcome(entry, rules, now, clock.random)))
    case 'throttled':
    case 'unauthorized':
      return sent(each(() => ({ kind: 'returned' })))
  }
}
