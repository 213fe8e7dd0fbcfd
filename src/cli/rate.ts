/** How fast something grows. */
export interface Rate {
  /** Notes a value, and gives its growth per second over the last half minute; undefined before there is any. */
  note(value: number): number | undefined
}

const windowMs = 30_000

/** @param elapsed monotonic ms. */
export const createRate = (elapsed: () => number = () => performance.now()): Rate => {
  let noted: { at: number; value: number }[] = []
  return {
    note: (value) => {
      const at = elapsed()
      noted.push({ at, value })
      const old = noted.filter((one) => one.at < at - windowMs).length
      // The last one from before the window stays, so that the window is always full.
      if (old > 1) noted = noted.slice(old - 1)
      const [first] = noted
      return first && at - first.at >= 500 ? ((value - first.value) * 1000) / (at - first.at) : undefined
    },
  }
}
