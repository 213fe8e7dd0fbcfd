import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type RelayProblem, type RelayProblemCode, relayProblems } from '../../wire/problem.ts'
import type { AccountConfig, LogLevel } from '../config/types.ts'
import type { Caller } from '../keys/api-keys.ts'
import type { LogFields } from '../operations/log.ts'
import type { RefusalLog } from '../operations/refusal-log.ts'
import { readTraceId } from '../operations/trace.ts'
import type { Refusal } from './refusal.ts'
import { requestPath } from './request-path.ts'

/** Sends a refusal in the form of its route, and logs it. */
export type Refuse = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal) => FastifyReply

/** The problem document (RFC 9457) of a refusal. */
export const problemOf = ({ code, detail, recordCode }: Refusal): RelayProblem => {
  const status = relayProblems[code]
  const title = STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, code, detail, ...(recordCode === undefined ? {} : { recordCode }) }
}

/** Refusals that are logged at level debug only, because scanners cause thousands of them. */
const quiet: readonly RelayProblemCode[] = ['not_found', 'method_not_allowed', 'too_many_requests']

const levelOf = (code: RelayProblemCode): LogLevel => {
  if (code === 'internal_error') return 'error'
  return quiet.includes(code) ? 'debug' : 'warn'
}

/** `/1/upload` answers like CleverTap: flat, with the status as code. */
const isFlat = ({ url }: FastifyRequest): boolean => requestPath(url) === '/1/upload'

/** The account and key of a request, if a guard has found them. */
const speaker = (request: FastifyRequest): LogFields => {
  const { caller, browserAccount } = request as { caller?: Caller; browserAccount?: AccountConfig } // the guards' decorators
  return { account: (caller?.account ?? browserAccount)?.id, keyName: caller?.keyName }
}

export const createRefuse =
  (log: Pick<RefusalLog, 'write'>): Refuse =>
  (request, reply, refusal) => {
    const { code, detail, recordCode, headers } = refusal
    const status = relayProblems[code]
    log.write(
      levelOf(code),
      { method: request.method, route: request.routeOptions.url, status, code, recordCode, ...speaker(request) },
      { requestId: request.id, traceId: readTraceId(request.headers.traceparent), ...refusal.log },
    )
    reply.code(status)
    if (headers) reply.headers(headers)
    return isFlat(request)
      ? reply.type('application/json; charset=utf-8').send({ status: 'fail', error: detail, code: status })
      : reply.type('application/problem+json; charset=utf-8').send(problemOf(refusal))
  }
