import type { RelayProblemCode } from '../../../wire/problem.ts'

/**
 * One call and its answer, for the OpenAPI document. A test sends all calls, in their order, to a relay with the account
 * `TEST-123-4567`, the API key `backend-key` and the admin key `admin-key`, and compares the answers.
 */
export interface Example {
  /** The common name of the request's and the answer's example. */
  name: string
  /** Method and path, as in operations.ts. */
  operation: string
  summary: string
  path?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  /** Headers in addition to the route's credentials, which are valid unless they are given here. */
  headers?: Readonly<Record<string, string>>
  body?: unknown
  /** The body violates the schema on purpose, so it is not shown as an example. */
  misshapen?: true
  status: number
  /** The answer; keys and times differ. A string that ends in `…` is the beginning of a long one. Omitted: no content. */
  answer?: unknown
  /** All values differ: the test compares only the names and types of members. */
  varies?: true
}

/** The problem document of a refusal. */
export const problem = (
  status: number,
  title: string,
  code: RelayProblemCode,
  detail: string,
  recordCode?: number,
) => ({
  type: 'about:blank',
  title,
  status,
  code,
  detail,
  ...(recordCode === undefined ? {} : { recordCode }),
})
