/** Time and chance, so that a test can own both. */
export interface Clock {
  /** Wall clock, ms since the epoch: for times that are stored. */
  now(): number
  /** Monotonic ms: for waits, which a changed wall clock must not stretch. */
  elapsed(): number
  /** From 0 up to, not including, 1. */
  random(): number
  /** Calls once after a wait, in ms; returns how to call it off. */
  after(waitMs: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  after: (waitMs, call) => {
    const timer = setTimeout(call, waitMs)
    return () => clearTimeout(timer)
  },
}
