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
 * Sorted keys. Sorting 50,000 at once would block the process for 60 ms, and inserting each at its position would cost twice as
 * much. So 4,096 keys at a time are sorted into a run, and reading merges the runs.
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
  /** The sorted keys above this one. */
  *above(key: string): Generator<string> {
    const runs = this.#runs.map((run) => ({ run, at: indexAbove(run, key) }))
    for (;;) {
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
      yield smallest
    }
  }
}
