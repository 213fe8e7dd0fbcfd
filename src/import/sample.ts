/** A random sample of a stream, in which each value has the same chance. Keeps only the sample. */
export interface Sample<T> {
  add(one: T): void
  taken(): readonly T[]
}

/** Reservoir sampling: Vitter, "Random Sampling with a Reservoir" (1985), algorithm R. */
export const createSample = <T>(size: number, random: () => number = Math.random): Sample<T> => {
  const taken: T[] = []
  let seen = 0
  return {
    add: (one) => {
      seen++
      if (taken.length < size) taken.push(one)
      else {
        const at = Math.floor(random() * seen)
        if (at < size) taken[at] = one
      }
    },
    taken: () => taken,
  }
}
