import type { ClevertapOptions } from '../client.ts'
import type { Sent } from '../upload.ts'

/** What the thread is started with: how to reach each account's CleverTap. */
export interface ThreadData {
  accounts: readonly ClevertapOptions[]
}

/** An upload request that is handed over. */
export interface Job {
  /** Comes back with its answer. */
  number: number
  account: string
  body: string
  traceparent: string | undefined
  /** It is sent when so many requests of its account, itself included, may be in flight. */
  atOnce: number
  /** How many setbacks of its account were known to who handed it over. */
  knows: number
}

export type Asked =
  | { kind: 'send'; job: Job }
  /** Nobody wants its answer any more: it is cut off, or not sent. */
  | { kind: 'abort'; account: string; number: number }
  /** What an account has waiting is to come back. */
  | { kind: 'recall'; account: string }

/** What the thread tells first: from now on it takes jobs. */
export const ready = 'ready'

/** How one job ended, and how many setbacks its account has had. */
export interface Told {
  number: number
  account: string
  setbacks: number
  sent: Sent
}
