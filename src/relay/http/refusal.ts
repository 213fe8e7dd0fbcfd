import { maxBackendBodyBytes, maxBrowserBodyBytes } from '../../wire/limits.ts'
import type { RecordCode, RelayProblemCode } from '../../wire/problem.ts'
import type { LogFields } from '../operations/log.ts'
import { StoreError } from '../store/errors.ts'

/** A refusal. The detail names the fault and the allowed values, never the value that was sent. */
export interface Refusal {
  code: RelayProblemCode
  detail: string
  /** CleverTap's number, with `invalid_record`. */
  recordCode?: RecordCode
  headers?: Readonly<Record<string, string>>
  /** Additional fields of its log line. */
  log?: LogFields
}

/** A body that cannot be read. The message is for the sender. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly problem: 'malformed_json' | 'unsupported_media_type'

  constructor(problem: 'malformed_json' | 'unsupported_media_type', message: string) {
    super(message)
    this.problem = problem
  }
}

/** Seconds of `Retry-After`, spread at random so that clients that were refused together do not retry together. */
const retryAfter = (seconds: number, random: () => number): Readonly<Record<string, string>> => ({
  'retry-after': String(Math.ceil(seconds * (1 + random()))),
})

const storeRefusal = (error: StoreError, random: () => number): Refusal => ({
  code: 'unavailable',
  detail:
    error.code === 'full' ? 'too many records wait for upload; try again later' : 'the store cannot accept records now',
  headers: retryAfter(error.code === 'full' ? 30 : 5, random),
  log: { reason: error.code, error },
})

const mediaType = 'the body must be sent as application/json, without content-encoding'

/** Faults that Fastify finds before a handler runs, by its error code. */
const byFastifyCode: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported_media_type', detail: mediaType },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed_json',
    detail: 'the body does not have the length in Content-Length',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'payload_too_large',
    detail: `the body is too large: at most ${maxBrowserBodyBytes} bytes from browsers and ${maxBackendBodyBytes} from backends`,
  },
  FST_ERR_BAD_URL: { code: 'not_found', detail: 'the path is not well-formed' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', detail: 'the path is too long' },
}

/** Turns a thrown error into a refusal. An unexpected one becomes `internal_error`, and the log has its details. */
export const refusalOf = (error: unknown, random: () => number): Refusal => {
  if (error instanceof StoreError) return storeRefusal(error, random)
  if (error instanceof BodyError) return { code: error.problem, detail: error.message }
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown } // thrown by anyone
  const known = typeof code === 'string' ? byFastifyCode[code] : undefined
  if (known) return known
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return { code: 'malformed_json', detail: 'the request cannot be read', log: { error } }
  return { code: 'internal_error', detail: 'the relay failed; see its log', log: { error } }
}
