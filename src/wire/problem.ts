/** CleverTap's codes for problems of one record, with Pushferry's descriptions. */
export const recordProblems = {
  524: 'the record is not an object with type "token"',
  530: 'objectId is missing or not valid',
  531: 'tokenData is missing or not an object',
  532: 'tokenData.id is missing',
  533: 'tokenData.type is missing',
  535: 'tokenData is not valid',
} as const
export type RecordCode = keyof typeof recordProblems

/** The problem of one record. The message names the fault and the allowed values. It never contains the value. */
export interface RecordProblem {
  code: RecordCode
  message: string
}

/** The stable `code` of each of the relay's problem documents (RFC 9457), with its status. */
export const relayProblems = {
  malformed_json: 400,
  invalid_record: 400,
  ticket_required: 401,
  ticket_invalid: 401,
  unauthorized: 401,
  origin_not_allowed: 403,
  registration_key_mismatch: 403,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  push_service_not_accepted: 422,
  too_many_requests: 429,
  internal_error: 500,
  unavailable: 503,
} as const
export type RelayProblemCode = keyof typeof relayProblems

/** RFC 9457 problem document. `recordCode` is CleverTap's number; only `invalid_record` has it. */
export interface RelayProblem {
  type: string
  title: string
  status: number
  code: RelayProblemCode
  detail: string
  recordCode?: RecordCode
}
