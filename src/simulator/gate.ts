/** Counts what is in flight on one route of one account. */
export interface Gate {
  readonly inFlight: number
  /** Comes in, whether there is room or not. */
  enter(): Visit
}

/** One call between its arrival and its last byte. */
export interface Visit {
  /** How many were in flight on arrival, this one included. */
  inFlight: number
  hasRoom: boolean
  /** Gives the place back; only the first time counts. */
  leave(): void
}

export const createGate = (limit: number): Gate => {
  let inFlight = 0
  /** Those that were let in; a refused call takes no place from others. */
  let inside = 0
  return {
    get inFlight() {
      return inFlight
    },
    enter: () => {
      const hasRoom = inside < limit
      inFlight++
      if (hasRoom) inside++
      let isIn = true
      return {
        inFlight,
        hasRoom,
        leave: () => {
          if (!isIn) return
          isIn = false
          inFlight--
          if (hasRoom) inside--
        },
      }
    },
  }
}
