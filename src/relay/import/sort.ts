import type { NewEntry } from '../outbox/store.ts'

/** Signs of an objectId that make its place, behind the two underlines that all of Android's begin with. */
const signs = 5
const bitsOfSign = 7
const bitsOfIndex = 16

/** Rows that can be sorted together: as many as an index of 16 bits tells apart. */
export const mostSorted = 2 ** bitsOfIndex

/**
 * Entries roughly by objectId: those that are close to each other in the store's index come close to each other, and those
 * of one objectId stay in their order. Rough is enough, and sorting numbers takes a tenth of the time of sorting texts: the
 * first signs and the index of an entry fit into one number that a double holds exactly.
 */
export const byPlace = (entries: readonly NewEntry[]): NewEntry[] => {
  const keys = Float64Array.from(entries, ({ objectId }, index) => {
    const from = objectId.startsWith('__') ? 2 : 0
    let place = 0
    for (let at = from; at < from + signs; at++) {
      const sign = at < objectId.length ? objectId.charCodeAt(at) : 0
      place = place * 2 ** bitsOfSign + Math.min(sign, 2 ** bitsOfSign - 1)
    }
    return place * mostSorted + index
  })
  return Array.from(keys.sort(), (key) => entries[key % mostSorted]).filter((entry) => entry !== undefined)
}
