/** Measures a growth rate. */
export interface Rate {
  /** Adds a value and returns the growth per second over the last half minute; undefined with a single value. */
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
      // Keeps the last value before the window, so that the rate covers the whole window.
      if (old > 1) noted = noted.slice(old - 1)
      const [first] = noted
      return first && at - first.at >= 500 ? ((value - first.value) * 1000) / (at - first.at) : undefined
    },
  }
}
