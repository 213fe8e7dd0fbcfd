/** Retry settings of an account. The functions in this file are pure: time and randomness are parameters. */
export interface RetryRules {
  /** Upper bound of the first wait, in ms. */
  retryBaseMs: number
  /** Upper bound of every wait, in ms. */
  retryMaxMs: number
  /** Waits, in ms, for a record whose profile does not seem to be live yet. After the last one the record is rejected. */
  deferMs: readonly number[]
}

const day = 86_400_000

/** Record codes that can mean that the profile is not live yet. CleverTap takes tokens of live profiles only. */
const deferrableCodes: readonly number[] = [523, 526, 530, 555]

/**
 * Exponential back-off with full jitter: a random wait, in ms, below an upper bound that doubles with each try.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export const backOffMs = (
  tries: number,
  { retryBaseMs, retryMaxMs }: Pick<RetryRules, 'retryBaseMs' | 'retryMaxMs'>,
  random: () => number,
): number => Math.round(random() * Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(tries, 40)))

/** How long a refused record is deferred, in ms; undefined when the refusal is final. */
export const deferralMs = (code: number, deferrals: number, { deferMs }: RetryRules): number | undefined =>
  deferrableCodes.includes(code) ? deferMs[deferrals] : undefined

/**
 * The longest deferral under these rules, in ms, plus a day for clocks that differ; undefined where the store's default
 * covers it.
 */
export const farthestDueMs = ({ deferMs }: Pick<RetryRules, 'deferMs'>): number | undefined => {
  const longest = Math.max(0, ...deferMs) + day
  return longest > 8 * day ? longest : undefined
}

/*
 * How the relay finds a record that makes whole requests fail: a request that fails while the account works is *blamed* on its
 * records. The next request probes the account with a single record. While probes fail, the account is down: no record is
 * blamed, and the order of rows does not change. Records that are blamed repeatedly are sent in ever smaller batches, with
 * a back-off of their own, so that in the end the faulty record fails alone and delays no other.
 */

/** Number of blamed failures from which a record is suspected. */
export const suspectAfter = 2

/** Number of blamed failures after which a record was alone in its request, so that its failures say nothing about the account. */
export const aloneAfter = suspectAfter + 6

/** Largest batch for records with this number of failures. */
export const maxBatchOf = (failures: number, max: number): number =>
  failures < suspectAfter ? max : Math.max(1, max >> Math.min(failures - suspectAfter + 1, 30))

/** Extra wait of a suspected record beyond its account's wait, in ms, so that other records go first. */
const yieldMs = 50

/**
 * The wait of a record whose request failed, in ms from now. 0: it stays due, and is sent as soon as the account may
 * send. `accountWaitMs` is the account's own wait; `failures` includes the current failure if it was blamed.
 */
export const failedWaitMs = (
  { failures, blamed, accountWaitMs }: { failures: number; blamed: boolean; accountWaitMs: number },
  rules: RetryRules,
  random: () => number,
): number => {
  if (!blamed) return accountWaitMs + yieldMs
  if (failures < suspectAfter) return 0
  // The back-off grows only once the record is alone, because the other records of its batch are probably innocent.
  return accountWaitMs + yieldMs + backOffMs(Math.max(0, failures - aloneAfter), rules, random)
}
