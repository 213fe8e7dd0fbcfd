import type { Rejection, RejectionCode } from './row.ts'

/** The counts of an import so far. Every row that was read is in exactly one of the others. */
export interface Tally {
  read: number
  /** Rows that wait in the store for the upload, or that CleverTap has. */
  queued: number
  /** The store knew them, or has another token for their objectId that an import does not replace. */
  unchanged: number
  /** By code; faults that were found here and refusals of CleverTap's. */
  rejected: Map<RejectionCode, number>
  /** Rows of a vendor's export that are not to be imported, by reason. */
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

/** Counts a row that was not taken. */
export const tallyRejection = ({ rejected }: Tally, { code }: Pick<Rejection, 'code'>): void => {
  rejected.set(code, (rejected.get(code) ?? 0) + 1)
}

/** Counts a row that is passed over. */
export const tallySkipped = ({ skipped }: Tally, reason: string): void => {
  skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
}

export const rejectedIn = ({ rejected }: Tally): number => [...rejected.values()].reduce((sum, n) => sum + n, 0)
