import { placeOf } from './sort.ts'

/** Packed rows of one range of objectIds, in the order in which they came, and the places of their objectIds. */
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
  /** Takes the rows of the range that has most of them. */
  takeFullest(): Range
  /** Takes all, range by range. */
  takeAll(): Range[]
}

/** So many rows show where the others will stand. */
const sampleRows = 8_192
/** How many ranges are made of them. */
const rangeCount = 32

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
 * ranges, and always the fullest, they are as close together there as rows that were sorted among many more; and where
 * the first rows of a file show nothing of the rest, one range takes it all and comes out as a sorted whole.
 */
export const createRanges = (): Ranges => {
  let ends: Float64Array | undefined
  let ranges = [emptyRange()]
  let size = 0

  const numberOf = (place: number): number => {
    let low = 0
    let high = ends?.length ?? 0
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends?.[middle] ?? 0) <= place) low = middle + 1
      else high = middle
    }
    return low
  }
  const sortIn = (row: string, place: number): void => {
    const range = ranges[numberOf(place)]
    range?.rows.push(row)
    range?.places.push(place)
  }
  const take = (number: number): Range => {
    const taken = ranges[number] ?? emptyRange()
    ranges[number] = emptyRange()
    size -= taken.rows.length
    return { number, ...taken }
  }
  const rowsOf = (number: number): number => ranges[number]?.rows.length ?? 0

  return {
    add: (objectId, row) => {
      size++
      sortIn(row, placeOf(objectId))
      if (ends || rowsOf(0) < sampleRows) return
      const { rows, places } = ranges[0] ?? emptyRange()
      ends = endsOf(places)
      ranges = Array.from({ length: rangeCount }, emptyRange)
      for (const [at, one] of rows.entries()) sortIn(one, places[at] ?? 0)
    },
    size: () => size,
    takeFullest: () => take(ranges.reduce((most, _, at) => (rowsOf(at) > rowsOf(most) ? at : most), 0)),
    takeAll: () => ranges.map((_, number) => take(number)).filter(({ rows }) => rows.length > 0),
  }
}
