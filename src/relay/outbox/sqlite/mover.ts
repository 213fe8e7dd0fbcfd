import { arrivalsMoved } from './arrivals.ts'
import type { Transactions } from './transactions.ts'

/** Moves new rows to their place among the others while the store has nothing else to do. */
export interface Mover {
  /** Rows have come. */
  moveSoon(): void
  stop(): void
}

/** How long nothing must have come in before rows are moved, in ms. */
const quietMs = 25

/** What fails is tried again after the next rows have come; whoever leases rows moves what it needs in any case. */
export const createMover = (write: Transactions['write']): Mover => {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const move = async (): Promise<void> => {
    timer = undefined
    const left = await write(({ arrivals }) => {
      arrivals.move(arrivalsMoved)
      return arrivals.size()
    }).catch(() => 0)
    if (left > 0) moveSoon(1)
  }
  const moveSoon = (afterMs: number): void => {
    if (stopped) return
    if (timer) timer.refresh()
    else timer = setTimeout(move, afterMs).unref()
  }
  return {
    moveSoon: () => moveSoon(quietMs),
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
