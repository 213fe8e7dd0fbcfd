/** Number of lines of one kind per second that are written individually. One summary line covers the rest of that second. */
const linesInASecond = 5

/** Limits the number of log lines of each kind per second. */
export interface Seconds<Sum> {
  /** Returns true when the event may have its own line. Else it calls `add` with the sum to which the event must be added. */
  take(kind: string, begin: () => Sum, add: (sum: Sum) => void): boolean
  /** Writes the summary lines that are not written yet. */
  stop(): void
}

/** Sums events by kind and second. Passes each non-empty sum to `write` at the end of its second. */
export const createSeconds = <Sum>(write: (sum: Sum) => void): Seconds<Sum> => {
  const running = new Map<string, { lines: number; sum: Sum | undefined; timer: NodeJS.Timeout }>()
  const end = (kind: string): void => {
    const second = running.get(kind)
    running.delete(kind)
    clearTimeout(second?.timer)
    if (second?.sum !== undefined) write(second.sum)
  }
  return {
    take: (kind, begin, add) => {
      let second = running.get(kind)
      if (!second) {
        second = { lines: 0, sum: undefined, timer: setTimeout(() => end(kind), 1_000).unref() }
        running.set(kind, second)
      }
      if (second.lines < linesInASecond) {
        second.lines++
        return true
      }
      second.sum ??= begin()
      add(second.sum)
      return false
    },
    stop: () => {
      for (const kind of [...running.keys()]) end(kind)
    },
  }
}
