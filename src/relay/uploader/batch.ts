import type { RecordVerdict } from '../clevertap/outcome.ts'
import type { LeasedEntry, Outcome, RecordError } from '../store/port.ts'
import { aloneAfter, companyOf, deferralMs, failedWaitMs, type RetryRules } from './policy.ts'

/** Leased rows that travel in one request. */
export type Chunk = readonly LeasedEntry[]

/** Cuts leased rows into requests: all together, but those that are suspected of failing requests in smaller company. */
export const cut = (entries: Chunk, max: number): Chunk[] => {
  const chunks: LeasedEntry[][] = []
  const open = new Map<number, LeasedEntry[]>()
  for (const entry of entries) {
    const company = companyOf(entry.failures, max)
    const chunk = open.get(company)
    if (chunk && chunk.length < company) chunk.push(entry)
    else {
      const fresh = [entry]
      open.set(company, fresh)
      chunks.push(fresh)
    }
  }
  return chunks
}

/** Two halves of a chunk that was refused as a whole. */
export const halves = (chunk: Chunk): Chunk[] => {
  const middle = Math.ceil(chunk.length / 2)
  return [chunk.slice(0, middle), chunk.slice(middle)]
}

/** What becomes of an entry that CleverTap has judged. */
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

/** What becomes of an entry whose request failed as a whole. */
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

/** Whether a request holds nothing but a record that is known to fail alone. */
export const isAlone = (chunk: Chunk): boolean => chunk.length === 1 && (chunk[0]?.failures ?? 0) >= aloneAfter

/**
 * Which of the due entries finds out whether an account is well again: one that is suspected least, because a record that
 * fails of itself says nothing of its account; and after each try another one of these, beginning with the oldest, so
 * that a few records at fault cannot stand in for all.
 */
export const probeOf = (entries: Chunk, tries: number): LeasedEntry | undefined => {
  const least = Math.min(...entries.map(({ failures }) => failures))
  const likely = entries.filter(({ failures }) => failures === least)
  return likely[tries % likely.length]
}

/** The end of a record that is refused alone with the whole request. */
export const poisonOutcome = (error: RecordError): Outcome => ({ kind: 'rejected', error })
