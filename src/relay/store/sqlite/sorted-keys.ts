const runLength = 4_096

/** The index of the first key of a sorted run that is above this one. */
const indexAbove = (run: readonly string[], key: string): number => {
  let low = 0
  for (let high = run.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((run[middle] ?? '') <= key) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Sorted keys. Sorting 50,000 at once would block the process for 60 ms, and inserting each at its position would cost twice as much. So
 * 4,096 keys at a time are sorted into a run, and all runs are read together.
 */
export class SortedKeys {
  #runs: (readonly string[])[] = []
  #rest: string[] = []

  add(key: string): void {
    this.#rest.push(key)
    if (this.#rest.length === runLength) this.sort()
  }
  /** Sorts the keys since the last full run, so that they can be read. */
  sort(): void {
    if (this.#rest.length > 0) this.#runs.push(this.#rest.sort())
    this.#rest = []
  }
  /** Forgets the keys that are not wanted. */
  prune(isWanted: (key: string) => boolean): void {
    this.#runs = this.#runs.map((run) => run.filter(isWanted)).filter((run) => run.length > 0)
  }
  /** The sorted keys above this one, each once. */
  *above(key: string): Generator<string> {
    const runs = this.#runs.map((run) => ({ run, at: indexAbove(run, key) }))
    for (let last = key; ; ) {
      let first: { run: readonly string[]; at: number } | undefined
      let smallest = ''
      for (const one of runs) {
        const head = one.run[one.at]
        if (head === undefined || (first && head >= smallest)) continue
        first = one
        smallest = head
      }
      if (!first) return
      first.at++
      if (smallest !== last) yield smallest
      last = smallest
    }
  }
}
