import { randomBytes } from 'node:crypto'

/*
 * W3C Trace Context (https://www.w3.org/TR/trace-context/). A call's trace ends with its answer, because one upload later
 * carries the records of many calls, and a header cannot name many parents. So the log line of a call names the caller's
 * trace, each upload starts a new trace, and its log line names that one.
 */

/** The trace id of a `traceparent` header: 32 hex digits. Undefined for a header that is missing or not valid. */
export const readTraceId = (header: string | string[] | undefined): string | undefined => {
  const [, version, traceId, parent, more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(typeof header === 'string' ? header : '') ??
    []
  if (traceId === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  return /^0+$/.test(traceId) || /^0+$/.test(parent ?? '') ? undefined : traceId
}

/** A new trace. */
export interface Trace {
  /** 32 hex digits. */
  traceId: string
  /** The `traceparent` header. Its `sampled` flag says that this side recorded something: a line in its log. */
  traceparent: string
}

/** Starts a trace. Ids are random, so all zeros, which are not allowed, do not occur. */
export const beginTrace = (random: (bytes: number) => Buffer = randomBytes): Trace => {
  const traceId = random(16).toString('hex')
  return { traceId, traceparent: `00-${traceId}-${random(8).toString('hex')}-01` }
}

/** Makes an upload request with this number of records within a trace. */
export type InTrace = <T extends { verdict: { kind: string } }>(
  records: number,
  send: (trace: Trace) => Promise<T>,
) => Promise<T>

/** Without OpenTelemetry: starts a trace that only the log names. */
export const inOwnTrace: InTrace = (_records, send) => send(beginTrace())
