/*
 * The texts and shapes of CleverTap's answers.
 * Codes and their words: developer.clevertap.com/docs/api-errors. The flat shape of whole-request errors and the end of
 * a per-record text, "record number : n" counted from 1, are from recordings of the real API.
 */

/** A refused record, at its place in the call. */
export interface Refusal {
  /** From 0. */
  index: number
  code: number
  error: string
}

/** The documented answer to an upload. */
export interface UploadAnswer {
  status: 'success' | 'partial' | 'fail'
  processed: number
  unprocessed: readonly UnprocessedItem[]
}

/** One item of `unprocessed`. `record` is the submitted one, echoed; a fault may leave it out. */
export interface UnprocessedItem {
  status: 'fail'
  code: number
  error: string
  record?: unknown
}

const codeTexts: Readonly<Record<number, string>> = {
  523: 'Missing identity',
  524: 'Data neither event nor profile',
  526: 'objectId invalid',
  530: "Invalid 'objectId'",
  531: 'Invalid token data',
  532: "Token 'id' is not present",
  533: "Token 'type' is not present",
  534: "Token 'type' is not valid for 'objectId'",
  535: 'Invalid token data',
  555: 'Miscellaneous server error',
}

/** CleverTap's words for a per-record code. */
export const textOfCode = (code: number): string => codeTexts[code] ?? `Error ${code}`

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  401: 'Invalid Credentials',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Request too large',
  429: 'Too many concurrent requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable. Please retry later',
}

/** The answer to a request that is refused whole. */
export const flatError = (code: number, error = statusTexts[code] ?? `Error ${code}`): object => ({
  status: 'fail',
  error,
  code,
})

/** The answer to an upload of these records of which these are refused. */
export const uploadAnswer = (records: readonly unknown[], refusals: readonly Refusal[]): UploadAnswer => {
  const processed = records.length - refusals.length
  const unprocessed = refusals.map(
    ({ index, code, error }): UnprocessedItem => ({
      status: 'fail',
      code,
      error: `${error} record number : ${index + 1}`,
      record: records[index],
    }),
  )
  const status = unprocessed.length === 0 ? 'success' : processed === 0 ? 'fail' : 'partial'
  return { status, processed, unprocessed }
}
