/*
 * The messages and formats of CleverTap's answers.
 * Source of codes and messages: developer.clevertap.com/docs/api-errors. The flat format of whole-request errors, and
 * "record number : n" (counted from 1) at the end of a per-record message, come from recordings of the real API.
 */

/** A refused record, by its index in the call. */
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

/** One item of `unprocessed`. `record` echoes the submitted record; a fault may omit it. */
export interface UnprocessedItem {
  status: 'fail'
  code: number
  error: string
  record?: unknown
}

const codeMessages: Readonly<Record<number, string>> = {
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

/** CleverTap's message for a per-record code. */
export const messageOfCode = (code: number): string => codeMessages[code] ?? `Error ${code}`

const statusMessages: Readonly<Record<number, string>> = {
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

/** The answer to a request that is refused as a whole. */
export const flatError = (code: number, error = statusMessages[code] ?? `Error ${code}`): object => ({
  status: 'fail',
  error,
  code,
})

/** The answer to an upload of `records`, with `refusals` as its `unprocessed` items. */
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
