/** Counts and limits the calls in flight on one route of one account. */
export interface Gate {
  readonly inFlight: number
  /** Counts a new call, whether it is below the limit or not. */
  admit(): Visit
}

/** One call, from its arrival to the last byte of its answer. */
export interface Visit {
  /** Calls in flight on its arrival, this one included. */
  inFlight: number
  /** Whether the call is within the limit. */
  isAllowed: boolean
  /** Ends the call; only the first time counts. */
  leave(): void
}

export const createGate = (limit: number): Gate => {
  let inFlight = 0
  /** Calls within the limit; a refused call does not count against it. */
  let allowed = 0
  return {
    get inFlight() {
      return inFlight
    },
    admit: () => {
      const isAllowed = allowed < limit
      inFlight++
      if (isAllowed) allowed++
      let isIn = true
      return {
        inFlight,
        isAllowed,
        leave: () => {
          if (!isIn) return
          isIn = false
          inFlight--
          if (isAllowed) allowed--
        },
      }
    },
  }
}
