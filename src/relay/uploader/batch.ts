import type { RecordVerdict } from '../clevertap/outcome.ts'
import type { LeasedEntry, Outcome } from '../store/port.ts'
import { aloneAfter, deferralMs, failedWaitMs, maxBatchOf, type RetryRules } from './policy.ts'

/** The leased rows of one upload request. */
export type Batch = readonly LeasedEntry[]

/** Splits leased rows into batches of at most `max`. Rows that are suspected of failing requests go into smaller batches. */
export const splitIntoBatches = (entries: Batch, max: number): Batch[] => {
  const batches: LeasedEntry[][] = []
  const open = new Map<number, LeasedEntry[]>()
  for (const entry of entries) {
    const limit = maxBatchOf(entry.failures, max)
    const batch = open.get(limit)
    if (batch && batch.length < limit) batch.push(entry)
    else {
      const fresh = [entry]
      open.set(limit, fresh)
      batches.push(fresh)
    }
  }
  return batches
}

/** Splits a batch that was refused as a whole into two halves. */
export const halves = (batch: Batch): Batch[] => {
  const middle = Math.ceil(batch.length / 2)
  return [batch.slice(0, middle), batch.slice(middle)]
}

/** The outcome of a row for which CleverTap gave a verdict, or which was alone in a request that was refused as a whole. */
export const outcomeOf = (
  verdict: Exclude<RecordVerdict, { kind: 'unclear' }>,
  entry: LeasedEntry,
  rules: RetryRules,
  now: number,
): Outcome => {
  if (verdict.kind === 'accepted') return { kind: 'accepted' }
  const wait = deferralMs(verdict.error.code, entry.deferrals, rules)
  return wait === undefined
    ? { kind: 'rejected', error: verdict.error }
    : { kind: 'deferred', dueAt: now + wait, error: verdict.error }
}

/** The outcome of a row whose request failed as a whole. */
export const failedOutcome = (
  entry: LeasedEntry,
  { blamed, accountWaitMs }: { blamed: boolean; accountWaitMs: number },
  rules: RetryRules,
  now: number,
  random: () => number,
): Outcome => {
  const failures = entry.failures + (blamed ? 1 : 0)
  return { kind: 'failed', dueAt: now + failedWaitMs({ failures, blamed, accountWaitMs }, rules, random), blamed }
}

/** Whether a batch consists of one record that has failed in a request of its own before. */
export const isAlone = (batch: Batch): boolean => batch.length === 1 && (batch[0]?.failures ?? 0) >= aloneAfter

/**
 * Chooses the due row that is sent to find out whether the account works again. Takes one of the least suspected rows,
 * because a record that is itself at fault says nothing about the account. Each try takes another of them, oldest first, so
 * that a few faulty records cannot keep the account down.
 */
export const probeOf = (entries: Batch, tries: number): LeasedEntry | undefined => {
  const least = Math.min(...entries.map(({ failures }) => failures))
  const likely = entries.filter(({ failures }) => failures === least)
  return likely[tries % likely.length]
}
