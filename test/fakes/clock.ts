import type { Clock } from '../../src/relay/uploader/clock.ts'

/** A clock that stands still until it is told to go on, and chance that is the same in every run. */
export interface FakeClock extends Clock {
  /** Goes on by so many ms, from one timer to the next, and lets all that follows from each come to rest. */
  advance(ms: number): Promise<void>
  /** Goes on, from one timer to the next, until this holds; fails after `limitMs`. */
  advanceUntil(holds: () => boolean | Promise<boolean>, limitMs: number): Promise<void>
  /** Lets what is under way come to rest, without time passing. */
  rest(): Promise<void>
  /** Moves the wall clock alone, as a time server or an operator does. */
  jump(ms: number): void
  /** What `random` gives from now on, instead of its own sequence. */
  chance(value: number): void
  /** Timers that are set. */
  readonly timers: number
}

export interface FakeClockOptions {
  /** Wall clock at the start, ms since the epoch. */
  startsAt?: number
  /** Seed of `random`. */
  seed?: number
  /**
   * While this holds, something is under way that ends by itself, such as an operation of a store, and what follows from a
   * timer is not done. What runs on promises alone is done after a turn of the event loop.
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
  /** Fires the next timer up to a time; false when there is none. */
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
