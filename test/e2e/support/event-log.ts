/** Default timeout of {@link EventLog.take}. Long, because a browser start on a busy machine is slow. */
const PATIENCE_MS = 120_000

interface Waiter<E> {
  wants(event: E): boolean
  take(event: E): void
}

/**
 * The events that a fake has seen, in order. A test waits for one with a promise instead of polling.
 *
 * Each event can be taken once: `take` returns the oldest one that has not been taken, or waits for it. So a test may ask before
 * or after the event happens, and two equal events need two takes.
 */
export interface EventLog<E extends { readonly what: string }> {
  add(event: E): void
  /**
   * The oldest event of this kind that has not been taken, as soon as there is one.
   * @throws Error after `timeoutMs`, with the kinds of events that were seen instead.
   */
  take<W extends E['what']>(
    what: W,
    matches?: (event: Extract<E, { what: W }>) => boolean,
    timeoutMs?: number,
  ): Promise<Extract<E, { what: W }>>
  /** Every event of this kind so far, taken or not. */
  all<W extends E['what']>(what: W): Extract<E, { what: W }>[]
  /** Counts everything so far as taken, so that the next `take` waits for something new. */
  forget(): void
  /** Deletes all events. */
  clear(): void
}

/** @param name the name of this log in the error of a `take` that timed out. */
export const createEventLog = <E extends { readonly what: string }>(name: string): EventLog<E> => {
  const seen: E[] = []
  let untaken: E[] = []
  const waiters = new Set<Waiter<E>>()

  return {
    add(event) {
      seen.push(event)
      for (const waiter of waiters) {
        if (waiter.wants(event)) return waiter.take(event)
      }
      untaken.push(event)
    },

    take<W extends E['what']>(
      what: W,
      matches: (event: Extract<E, { what: W }>) => boolean = () => true,
      timeoutMs = PATIENCE_MS,
    ) {
      type Wanted = Extract<E, { what: W }>
      const wants = (event: E): event is Wanted => event.what === what && matches(event as Wanted)
      const found = untaken.find(wants)
      if (found) {
        untaken = untaken.filter((event) => event !== found)
        return Promise.resolve(found)
      }
      return new Promise<Wanted>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter)
          const instead = seen.map((event) => event.what).join(', ') || 'nothing'
          reject(new Error(`${name}: no "${what}" within ${timeoutMs} ms; seen so far: ${instead}`))
        }, timeoutMs)
        const waiter: Waiter<E> = {
          wants,
          take(event) {
            clearTimeout(timer)
            waiters.delete(waiter)
            if (wants(event)) resolve(event)
          },
        }
        waiters.add(waiter)
      })
    },

    all<W extends E['what']>(what: W) {
      return seen.filter((event): event is Extract<E, { what: W }> => event.what === what)
    },

    forget() {
      untaken = []
    },

    clear() {
      untaken = []
      seen.length = 0
    },
  }
}
