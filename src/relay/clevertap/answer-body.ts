/** Members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parses the body of an answer; undefined when it is not JSON. RFC 8259 §8.1 allows a reader to ignore a byte order mark. */
export const readJson = (body: string): unknown => {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** CleverTap's code, as a number or a string of digits; 0 for anything else. */
export const readCode = (code: unknown): number => {
  const number = typeof code === 'string' || typeof code === 'number' ? Number(code) : 0
  return Number.isSafeInteger(number) ? number : 0
}

/** HTTP statuses that refuse a whole request. CleverTap's record codes, which are 5xx numbers too, are not listed here. */
const requestStatuses: readonly number[] = [401, 403, 408, 425, 429, 500, 502, 503, 504]

/**
 * The status that a 200 hides: a gateway may turn the status of a refused request into 200, and the body still has the code.
 * Undefined where there is none.
 */
export const hiddenStatus = (body: unknown): number | undefined => {
  const { status, unprocessed, code } = isObject(body) ? body : {}
  const hasItems = Array.isArray(unprocessed) && unprocessed.length > 0
  return status === 'fail' && !hasItems ? requestStatuses.find((one) => one === readCode(code)) : undefined
}
