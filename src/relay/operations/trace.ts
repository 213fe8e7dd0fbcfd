import { randomBytes } from 'node:crypto'

/*
 * W3C Trace Context (https://www.w3.org/TR/trace-context/), as far as a relay can follow it. A call's trace ends with its
 * answer: the records of many calls travel together, later, in one upload, and a header cannot name many parents. So the
 * log line of a call names the caller's trace, each upload begins a trace of its own, and its log line names that one.
 */

/** The trace id of a `traceparent` header: 32 hex digits. Undefined for a header that is missing or not valid. */
export const readTraceId = (header: string | string[] | undefined): string | undefined => {
  const [, version, traceId, parent, more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/.exec(typeof header === 'string' ? header : '') ??
    []
  if (traceId === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  return /^0+$/.test(traceId) || /^0+$/.test(parent ?? '') ? undefined : traceId
}

/** The beginning of a trace. */
export interface Trace {
  /** 32 hex digits. */
  traceId: string
  /** The header that hands it on. Its flag says that this side has recorded something: a line in its log. */
  traceparent: string
}

/** Begins a trace. Ids are random, so all zeros, which are not allowed, do not come up. */
export const beginTrace = (random: (bytes: number) => Buffer = randomBytes): Trace => {
  const traceId = random(16).toString('hex')
  return { traceId, traceparent: `00-${traceId}-${random(8).toString('hex')}-01` }
}

/** Makes an upload request of so many records within a trace. */
export type InTrace = <T extends { verdict: { kind: string } }>(
  records: number,
  send: (trace: Trace) => Promise<T>,
) => Promise<T>

/** Where nobody collects spans: a trace of the relay's own, which its log names. */
export const inOwnTrace: InTrace = (_records, send) => send(beginTrace())
