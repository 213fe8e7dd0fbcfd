import { StoreError, type StoreErrorCode } from '../errors.ts'
import type { Store, StoreOptions } from '../port.ts'

/** The operations that are asked of the thread; all but the subscription, which works by telling. */
export type Operation = Exclude<keyof Store, 'onWork'>

/** What the thread is started with. */
export interface ThreadData {
  file: string
  options: Omit<StoreOptions, 'now'>
  /** [0] becomes 1 when the thread has been parked; see `park`. [1] is what it then sleeps on, for ever. */
  parked: Int32Array
}

/**
 * Asks the thread to stand still because the process ends: @photostructure/sqlite aborts a process that takes a thread
 * down in the middle of a statement.
 */
export const park = 'park'

/*
 * Both sides write to each other in JSON. What the port takes and gives is all JSON, and one flat text costs a fraction
 * of what a structured clone of the same objects costs, on both sides. The text of a bulk is JSON already: it travels
 * beside what asks for it, as `[Asked, text]`, and is the last value of its one call.
 */

/** One operation that is asked for. The number comes back with its answer. */
export interface Call {
  number: number
  operation: Operation
  values: readonly unknown[]
}

/** Operations that are asked for in one turn, and the wall clock of who asks (ms since the epoch), by which it is done. */
export interface Asked {
  now: number
  calls: readonly Call[]
}

/** What caused a failure: of an error what says where and why, with SQLite's own code; of anything else its text. */
export interface Cause {
  message: string
  stack?: string
  errcode?: number
}

/** How one operation ended. Errors lose their class on the way, so a StoreError travels as what it is made of. */
export type Answer =
  | { number: number; ok: true; value: unknown }
  | { number: number; ok: false; code: StoreErrorCode; message: string; cause: Cause | null }

/** What the thread tells: first whether the store is open (as the answer to number 0), then how calls ended, and where work has come up. */
export interface Told {
  answers: readonly Answer[]
  work: readonly { account: string; rows: number }[]
}

const causeOf = (cause: unknown): Cause => {
  if (!(cause instanceof Error)) return { message: String(cause) }
  const { message, stack, errcode } = cause as Error & { errcode?: number } // SQLite's errors have one
  return { message, ...(stack === undefined ? {} : { stack }), ...(errcode === undefined ? {} : { errcode }) }
}

/** A failure as it travels. */
export const failureOf = (number: number, error: unknown): Answer => {
  const { code, message, cause } =
    error instanceof StoreError ? error : new StoreError('unavailable', 'the store failed', error)
  return { number, ok: false, code, message, cause: cause === undefined ? null : causeOf(cause) }
}

/** The StoreError that a failure was. */
export const errorOf = ({ code, message, cause }: Extract<Answer, { ok: false }>): StoreError =>
  new StoreError(code, message, cause ? Object.assign(new Error(cause.message), cause) : undefined)
