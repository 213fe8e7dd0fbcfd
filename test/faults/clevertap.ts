import type { Answer } from '../../src/relay/clevertap/exchange.ts'
import type { Upload } from '../../src/relay/clevertap/upload.ts'
import type { Clock } from '../../src/relay/uploader/clock.ts'
import type { TokenRecord } from '../../src/wire/record.ts'

/** One request as the fake received it. */
export interface SeenCall {
  /** Monotonic time of its arrival. */
  at: number
  records: readonly TokenRecord[]
  objectIds: readonly string[]
  /** Requests in flight when it arrived, including itself. */
  inFlight: number
}

/** The result of a request: an answer, or none until it is cut off. */
export type Reply = Answer | 'hang'
export type Behaviour = (call: SeenCall, number: number) => Reply | { after: number; reply: Reply }

/** A CleverTap on a fake clock; the test sets its answers. */
export interface FakeClevertap {
  readonly upload: Upload
  readonly calls: readonly SeenCall[]
  /** Records that an answer called processed, in the order of the answers. */
  readonly delivered: readonly TokenRecord[]
  readonly inFlight: number
  readonly peak: number
  behave(behaviour: Behaviour): void
}

/** Answers in CleverTap's shapes. */
export const replies = {
  success: ({ records }: SeenCall): Answer =>
    replies.body({ status: 'success', processed: records.length, unprocessed: [] }),
  /** Refuses the records that `codeOf` has a code for. */
  partial: ({ records }: SeenCall, codeOf: (record: TokenRecord) => number | undefined): Answer => {
    const unprocessed = records.flatMap((record, index) => {
      const code = codeOf(record)
      return code === undefined ? [] : [{ status: 'fail', code, error: `Refused record number : ${index + 1}`, record }]
    })
    const processed = records.length - unprocessed.length
    const status = unprocessed.length === 0 ? 'success' : processed === 0 ? 'fail' : 'partial'
    return replies.body({ status, processed, unprocessed })
  },
  body: (body: unknown): Answer => ({
    kind: 'answered',
    status: 200,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    retryAfter: undefined,
  }),
  status: (status: number, retryAfter?: string): Answer => ({
    kind: 'answered',
    status,
    body: JSON.stringify({ status: 'fail', error: 'whatever', code: status }),
    retryAfter,
  }),
  unanswered: (reason = 'ECONNRESET'): Answer => ({ kind: 'unanswered', reason }),
} as const

/** The records that an answer calls processed. */
const processedOf = (answer: Answer, records: readonly TokenRecord[]): readonly TokenRecord[] => {
  if (answer.kind === 'unanswered' || answer.status !== 200) return []
  try {
    // Made above in this shape, or without a list.
    const { unprocessed, processed } = JSON.parse(answer.body) as {
      unprocessed?: { record?: TokenRecord }[]
      processed?: number
    }
    if (!Array.isArray(unprocessed) || processed !== records.length - unprocessed.length) return []
    const refused = new Set(unprocessed.map(({ record }) => record?.objectId))
    return records.filter(({ objectId }) => !refused.has(objectId))
  } catch {
    return []
  }
}

/** Makes a fake CleverTap that accepts every record and answers each request in `latencyMs`. */
export const createFakeClevertap = (clock: Clock, latencyMs = 100): FakeClevertap => {
  const calls: SeenCall[] = []
  const delivered: TokenRecord[] = []
  let behaviour: Behaviour = replies.success
  let inFlight = 0
  let peak = 0
  return {
    calls,
    delivered,
    get inFlight() {
      return inFlight
    },
    get peak() {
      return peak
    },
    behave: (next) => {
      behaviour = next
    },
    upload: (records, { signal }) =>
      new Promise((resolve) => {
        inFlight++
        peak = Math.max(peak, inFlight)
        const call = { at: clock.elapsed(), records, objectIds: records.map(({ objectId }) => objectId), inFlight }
        calls.push(call)
        let cancel = (): void => {}
        let over = false
        const end = (answer: Answer): void => {
          if (over) return
          over = true
          cancel()
          signal.removeEventListener('abort', cutOff)
          inFlight--
          delivered.push(...processedOf(answer, records))
          resolve(answer)
        }
        const cutOff = (): void => end(replies.unanswered('AbortError'))
        signal.addEventListener('abort', cutOff)
        const said = behaviour(call, calls.length)
        const { after, reply } = typeof said === 'object' && 'after' in said ? said : { after: latencyMs, reply: said }
        if (reply !== 'hang') cancel = clock.after(after, () => end(reply))
      }),
  }
}
