import type { RelayProblemCode } from '../../../wire/problem.ts'

/**
 * One call and its answer, as the description has them. A test sends each, in their order, to a relay whose account
 * is `TEST-123-4567`, whose API key and admin key are `backend-key` and `admin-key`, and compares.
 */
export interface Example {
  /** The name that ties the example of a request to that of its answer. */
  name: string
  /** Method and path, as in operations.ts. */
  operation: string
  summary: string
  path?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string>>
  /** Beside what the security of the route asks for, which is right where nothing else is said. */
  headers?: Readonly<Record<string, string>>
  body?: unknown
  /** The body is against the schema on purpose, and so is no example of one. */
  misshapen?: true
  status: number
  /** Keys and times are only like this. A text that ends in `…` is how a long one begins. Left out: no content. */
  answer?: unknown
  /** All of the answer is only like this: what it names is there, and of that type. */
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
