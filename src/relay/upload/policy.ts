/** The rules of trying again. Pure: time and chance come in, a decision comes out. */
export interface RetryRules {
  /** First ceiling of the wait, in ms. */
  retryBaseMs: number
  /** Last ceiling of the wait, in ms. */
  retryMaxMs: number
  /** Waits, in ms, of a record whose profile seems not to be live yet; after the last one it is refused for good. */
  deferMs: readonly number[]
}

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
 * How often a record's request may fail before the record itself is suspected. Until then the account as a whole waits
 * and the order stays as it was; from then on the record waits for itself, so that it does not stand in the way of
 * others, and travels in ever smaller company, so that in the end it fails alone.
 */
export const suspectAfter = 3

/** When a record whose request failed is due again, in ms from now; 0: as soon as its account is. */
export const failedWaitMs = (failures: number, rules: RetryRules, random: () => number): number =>
  failures < suspectAfter ? 0 : backOffMs(failures - suspectAfter, rules, random)

/** How many records of this many failures may share a request. */
export const companyOf = (failures: number, max: number): number =>
  failures < suspectAfter ? max : Math.max(1, max >> Math.min(failures - suspectAfter + 1, 30))
