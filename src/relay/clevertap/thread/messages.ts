import type { ClevertapOptions } from '../client.ts'
import type { Sent } from '../upload.ts'

/** The thread's `workerData`: how to reach CleverTap for each account. */
export interface ThreadData {
  accounts: readonly ClevertapOptions[]
}

/** An upload request for the thread. */
export interface Job {
  /** Id of the job, repeated in its result. */
  number: number
  account: string
  body: string
  traceparent: string | undefined
  /** Limit of the account's requests in flight, this one included, when it is sent. */
  atOnce: number
  /** Number of the account's setbacks that the sender knew of. */
  knownSetbacks: number
}

export type Command =
  | { kind: 'send'; job: Job }
  /** The answer is not wanted any more: abort the request, or do not send it. */
  | { kind: 'abort'; account: string; number: number }
  /** Return the account's queued jobs unsent. */
  | { kind: 'recall'; account: string }

/** The thread's first message: it takes jobs now. */
export const ready = 'ready'

/** The result of one job, and the number of failed requests of its account. */
export interface Result {
  number: number
  account: string
  setbacks: number
  sent: Sent
}
