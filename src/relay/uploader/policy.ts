/** The rules of trying again. Pure: time and chance come in, a decision comes out. */
export interface RetryRules {
  /** First ceiling of the wait, in ms. */
  retryBaseMs: number
  /** Last ceiling of the wait, in ms. */
  retryMaxMs: number
  /** Waits, in ms, of a record whose profile seems not to be live yet; after the last one it is refused for good. */
  deferMs: readonly number[]
}

const day = 86_400_000

/** Codes of a single record that can mean that its profile is not live yet (CleverTap takes tokens of live users only). */
const deferrableCodes: readonly number[] = [523, 526, 530, 555]

/**
 * Exponential back-off with full jitter: a wait, in ms, anywhere under a ceiling that doubles with each try.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export const backOffMs = (
  tries: number,
  { retryBaseMs, retryMaxMs }: Pick<RetryRules, 'retryBaseMs' | 'retryMaxMs'>,
  random: () => number,
): number => Math.round(random() * Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(tries, 40)))

/** How long a refused record is put off, in ms; undefined when the refusal is final. */
export const deferralMs = (code: number, deferrals: number, { deferMs }: RetryRules): number | undefined =>
  deferrableCodes.includes(code) ? deferMs[deferrals] : undefined

/**
 * How far ahead a record can be put off by these rules, in ms, with a day for clocks that differ; undefined where the
 * store's own default is far enough.
 */
export const farthestDueMs = ({ deferMs }: Pick<RetryRules, 'deferMs'>): number | undefined => {
  const longest = Math.max(0, ...deferMs) + day
  return longest > 8 * day ? longest : undefined
}

/*
 * Which record makes a request fail that fails as a whole? A request that fails while all else went well is *blamed* on
 * its records. The next one is a single record, to find out about the account: as long as these fail too, it is the
 * account that is down, nobody is blamed, and the order stays as it was. Records that are blamed again and again travel
 * in ever smaller company and wait for themselves, so that in the end the one at fault fails alone and stands in
 * nobody's way.
 */

/** From so many blamed failures on a record is suspected. */
export const suspectAfter = 2

/** From so many on it has failed alone, whatever the batch: its failures say nothing of the account any more. */
export const aloneAfter = suspectAfter + 6

/** How many records of this many failures may share a request. */
export const companyOf = (failures: number, max: number): number =>
  failures < suspectAfter ? max : Math.max(1, max >> Math.min(failures - suspectAfter + 1, 30))

/** How much longer than its account a record waits that must let another one go first, in ms. */
const asideMs = 50

/**
 * When a record is due again after its request has failed, in ms from now. 0: as soon as its account is, at its old age.
 * `accountWaitMs` is how long the account waits; `failures` counts the one that has just been, if it was blamed.
 */
export const failedWaitMs = (
  { failures, blamed, accountWaitMs }: { failures: number; blamed: boolean; accountWaitMs: number },
  rules: RetryRules,
  random: () => number,
): number => {
  if (!blamed) return accountWaitMs + asideMs
  if (failures < suspectAfter) return 0
  // Short until it is alone, for the sake of those that keep it company.
  return accountWaitMs + asideMs + backOffMs(Math.max(0, failures - aloneAfter), rules, random)
}
