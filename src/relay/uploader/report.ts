import type { Verdict } from '../clevertap/outcome.ts'
import type { Outcome } from '../store/port.ts'
import type { Answered, Consequences } from './send.ts'

/** The result of one upload request, for logs and metrics. */
export interface UploadReport {
  account: string
  records: number
  verdict: Verdict['kind']
  outcomes: Readonly<Record<Outcome['kind'], number>>
  /** Why records were rejected or deferred. */
  refusals: readonly Refusals[]
  /** Id of the trace that the request started. */
  traceId: string
  tookMs: number
}

/** Number of records in one request that were refused with the same code. */
export interface Refusals {
  outcome: 'rejected' | 'deferred'
  code: number
  records: number
}

/** Counts the outcomes of a request's records. Pure. */
export const reportOf = (
  account: string,
  records: number,
  { verdict, traceId, tookMs }: Pick<Answered, 'traceId' | 'tookMs'> & { verdict: Verdict },
  results: Consequences['results'],
): UploadReport => {
  const outcomes = { accepted: 0, rejected: 0, deferred: 0, failed: 0, returned: 0 }
  const refusals: Refusals[] = []
  for (const { outcome } of results) {
    outcomes[outcome.kind]++
    if (outcome.kind !== 'rejected' && outcome.kind !== 'deferred') continue
    const { kind, error } = outcome
    const same = refusals.find((one) => one.outcome === kind && one.code === error.code)
    if (same) same.records++
    else refusals.push({ outcome: kind, code: error.code, records: 1 })
  }
  return { account, records, verdict: verdict.kind, outcomes, refusals, traceId, tookMs }
}
