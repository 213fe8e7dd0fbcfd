import type { Store } from '../port.ts'

/** How many refused rows are looked at in one call of `discardRejected`. */
export const discardedAtOnce = 1_000

/**
 * Whether a refused row is removed. `rank` says how many refused rows there are from this one to the latest.
 */
export const isDiscarded = (
  settledAt: number | null,
  rank: number,
  { before, most }: Parameters<Store['discardRejected']>[1],
): boolean => rank > most || (settledAt !== null && settledAt < before)
