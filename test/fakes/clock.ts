import type { Clock } from '../../src/relay/uploader/clock.ts'

/** A clock that stands still until a test advances it, and random numbers that are the same in every run. */
export interface FakeClock extends Clock {
  /** Advances by this many ms, from one timer to the next, and waits after each until the work that it started is done. */
  advance(ms: number): Promise<void>
  /** Advances from one timer to the next until this holds; fails after `limitMs`. */
  advanceUntil(holds: () => boolean | Promise<boolean>, limitMs: number): Promise<void>
  /** Waits until the work in progress is done, without advancing the clock. */
  rest(): Promise<void>
  /** Moves the wall clock alone, as a time server or an operator does. */
  jump(ms: number): void
  /** Sets the result of `random` from now on, in place of its own sequence. */
  chance(value: number): void
  /** Number of timers that are set. */
  readonly timers: number
}

export interface FakeClockOptions {
  /** Wall clock at the start, ms since the epoch. */
  startsAt?: number
  /** Seed of `random`. */
  seed?: number
  /**
   * While this returns true, work is in progress that ends by itself, such as an operation of a store, and the clock waits for
   * it. Work that needs only promises is done after a turn of the event loop.
   */
  isBusy?: () => boolean
}

/** Mulberry32: small, and good enough to spread waits. */
const sequenceOf = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const createFakeClock = ({
  startsAt = 1_800_000_000_000,
  seed = 1,
  isBusy = () => false,
}: FakeClockOptions = {}): FakeClock => {
  let wall = startsAt
  let elapsed = 0
  let random = sequenceOf(seed)
  let set = 0
  const timers = new Map<number, { at: number; call: () => void }>()

  const rest = async (): Promise<void> => {
    do await new Promise((resolve) => setImmediate(resolve))
    while (isBusy())
  }
  const next = (): [number, { at: number; call: () => void }] | undefined => {
    let first: [number, { at: number; call: () => void }] | undefined
    for (const one of timers) if (!first || one[1].at < first[1].at) first = one
    return first
  }
  const goTo = (at: number): void => {
    wall += at - elapsed
    elapsed = at
  }
  /** Fires the next timer that is due by a time; returns false when there is none. */
  const step = async (until: number): Promise<boolean> => {
    const first = next()
    if (!first || first[1].at > until) return false
    timers.delete(first[0])
    goTo(Math.max(first[1].at, elapsed))
    first[1].call()
    await rest()
    return true
  }

  return {
    now: () => wall,
    elapsed: () => elapsed,
    random: () => random(),
    after: (waitMs, call) => {
      const number = ++set
      timers.set(number, { at: elapsed + Math.max(0, waitMs), call })
      return () => void timers.delete(number)
    },
    advance: async (ms) => {
      const until = elapsed + ms
      await rest()
      while (await step(until));
      goTo(until)
    },
    advanceUntil: async (holds, limitMs) => {
      const until = elapsed + limitMs
      await rest()
      while (!(await holds())) {
        if (!(await step(until))) throw new Error(`not within ${limitMs} ms of the clock`)
      }
    },
    rest,
    jump: (ms) => {
      wall += ms
    },
    chance: (value) => {
      random = () => value
    },
    get timers() {
      return timers.size
    },
  }
}
