import { placeOf } from './sort.ts'

/** Flat rows of one range of objectIds, in the order in which they came, and the places of their objectIds. */
export interface Range {
  number: number
  rows: readonly string[]
  places: readonly number[]
}

/** Rows that wait to be put, gathered by where they stand in the store's index. */
export interface Ranges {
  add(objectId: string, row: string): void
  /** How many rows wait. */
  size(): number
  /** How many characters they have together. */
  characters(): number
  /** Takes the rows of the range that has most of them. */
  takeFullest(): Range
  /** Takes all, range by range, the sample first. */
  takeAll(): Range[]
}

/** So many rows show where the others will stand. They stay together, as a range that overlaps all others. */
export const sampleRows = 8_192
/** How many ranges there are besides. */
const rangeCount = 32
/** The number of the sample. */
export const sampleRange = rangeCount

interface Gathered {
  rows: string[]
  places: number[]
}

const emptyRange = (): Gathered => ({ rows: [], places: [] })

/** The first range's end, the second's and so on: as many rows of the sample stand in each. */
const endsOf = (sample: readonly number[]): Float64Array => {
  const places = Float64Array.from(sample).sort()
  return Float64Array.from({ length: rangeCount - 1 }, (_, at) => {
    const place = places[Math.floor(((at + 1) * places.length) / rangeCount)]
    return place ?? Number.POSITIVE_INFINITY
  })
}

/**
 * Makes them. Rows of a file come in any order, and each would touch a page of its own in the store's index. Taken out by
 * ranges, the sample first and then always the fullest, they are as close together there as rows that were sorted among many
 * more; and where the first rows of a file show nothing of the rest, one range takes it all and comes out as a sorted whole.
 */
export const createRanges = (): Ranges => {
  let ends: Float64Array | undefined
  const ranges = Array.from({ length: rangeCount + 1 }, emptyRange)
  let size = 0
  let characters = 0

  const numberOf = (place: number): number => {
    if (!ends) return sampleRange
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) <= place) low = middle + 1
      else high = middle
    }
    return low
  }
  const take = (number: number): Range => {
    const taken = ranges[number] ?? emptyRange()
    ranges[number] = emptyRange()
    size -= taken.rows.length
    for (const row of taken.rows) characters -= row.length
    return { number, ...taken }
  }
  const rowsOf = (number: number): number => ranges[number]?.rows.length ?? 0

  return {
    add: (objectId, row) => {
      const place = placeOf(objectId)
      const range = ranges[numberOf(place)]
      range?.rows.push(row)
      range?.places.push(place)
      size++
      characters += row.length
      if (!ends && rowsOf(sampleRange) === sampleRows) ends = endsOf(ranges[sampleRange]?.places ?? [])
    },
    size: () => size,
    characters: () => characters,
    takeFullest: () => {
      const fullest = ranges.reduce((most, _, at) => (rowsOf(at) > rowsOf(most) ? at : most), 0)
      return take(rowsOf(sampleRange) > 0 ? sampleRange : fullest)
    },
    takeAll: () => [sampleRange, ...ranges.keys()].map(take).filter(({ rows }) => rows.length > 0),
  }
}
