import type { Rejection, RejectionCode } from './row.ts'

/** The counts of an import so far. Every row in `read` is also in exactly one of the other counts. */
export interface Tally {
  read: number
  /** Rows that are queued for upload, or that CleverTap has accepted. */
  queued: number
  /** Rows that the store had already, or whose objectId has another token that an import does not replace. */
  unchanged: number
  /** Rejected rows by code: faults that the import found, and CleverTap's refusals. */
  rejected: Map<RejectionCode, number>
  /** Rows of a vendor's export that the import leaves out, by reason. */
  skipped: Map<string, number>
  /** Rows whose key the join file does not have. */
  unmatched: number
}

export const createTally = (): Tally => ({
  read: 0,
  queued: 0,
  unchanged: 0,
  rejected: new Map(),
  skipped: new Map(),
  unmatched: 0,
})

/** Counts a rejected row. */
export const tallyRejection = ({ rejected }: Tally, { code }: Pick<Rejection, 'code'>): void => {
  rejected.set(code, (rejected.get(code) ?? 0) + 1)
}

/** Counts a skipped row. */
export const tallySkipped = ({ skipped }: Tally, reason: string): void => {
  skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
}

export const rejectedIn = ({ rejected }: Tally): number => [...rejected.values()].reduce((sum, n) => sum + n, 0)
