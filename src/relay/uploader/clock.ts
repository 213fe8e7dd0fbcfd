import { steadyNow } from '../steady-clock.ts'

/** Time and randomness, so that tests can replace both. */
export interface Clock {
  /** Ms since the epoch: for times that are stored. */
  now(): number
  /** Monotonic ms: for waits, which a changed wall clock must not stretch. */
  elapsed(): number
  /** From 0 up to, not including, 1. */
  random(): number
  /** Calls `call` once, after `waitMs`. Returns a function that cancels it. */
  after(waitMs: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: steadyNow,
  elapsed: () => performance.now(),
  random: Math.random,
  after: (waitMs, call) => {
    const timer = setTimeout(call, waitMs)
    return () => clearTimeout(timer)
  },
}
