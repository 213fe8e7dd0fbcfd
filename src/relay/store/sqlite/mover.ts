import { arrivalsMoved } from './arrivals.ts'
import type { Transactions } from './transactions.ts'

/** Brings new rows to their places while the store has nothing else to do: among the others and the persons. */
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
  let cameAt = 0
  const wait = (ms: number): void => {
    if (!stopped) timer = setTimeout(look, ms).unref()
  }
  const look = async (): Promise<void> => {
    const stillMs = cameAt + quietMs - performance.now()
    if (stillMs > 0) return wait(stillMs)
    timer = undefined
    const waitMs = await write(({ arrivals, persons }) => {
      arrivals.move(arrivalsMoved)
      if (arrivals.size() > 0) return 1
      return persons.readMore() ? 1 : undefined
    }).catch(() => undefined)
    if (waitMs !== undefined && !timer) wait(waitMs)
  }
  return {
    moveSoon: () => {
      cameAt = performance.now()
      if (!timer) wait(quietMs)
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
