/** Lines of one kind in a second that are written one by one; the rest of that second is one line. */
const linesInASecond = 5

/** Keeps the lines of each kind few, however often something happens. */
export interface Seconds<Sum> {
  /** True when this one may have a line of its own. Else it must be added to the sum that `add` gets, and `add` is called. */
  take(kind: string, begin: () => Sum, add: (sum: Sum) => void): boolean
  /** Writes the sums that are not written yet. */
  stop(): void
}

/** Sums up by kind and second. `write` gets each sum that has something in it, when its second is over. */
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
