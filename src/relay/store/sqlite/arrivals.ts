import type { SqlRow, SqlValue } from './driver.ts'
import { enteredAtOnce, type Marks } from './marks.ts'
import type { Persons } from './persons.ts'
import type { Statements } from './statements.ts'

/*
 * Where new rows wait before they are indexed. A row that is new to the store is written to the end of the table
 * `arrival`, whose only key is its sequence number: the pages of one commit are then next to each other, few, and
 * written once. A row of `token` touches a page at random in each of its indexes, and those pages are what a commit
 * costs. So rows are moved to `token` behind the acknowledgement: many at a time when the store has nothing else to do,
 * or one by one when somebody asks for a person who is still among them.
 *
 * Nobody else has to know: whatever looks at `token` first calls `show` for the person or `showMark` for the token that it
 * is about, or `move` for the oldest rows. A person has a row in `arrival` or in `token`, never in both.
 */

/** How many rows may wait in `arrival`. Each is known by heart, at some 400 bytes. */
export const mostArrivals = 100_000
/** How many rows one transaction moves, so that nothing waits long behind it. */
export const arrivalsMoved = 250

/** The columns of `arrival` after `seq`, in the order of the table. */
export type ArrivalColumns = readonly SqlValue[]

/** The rows of `arrival` as one transaction sees them. */
export interface Arrivals {
  /** Moves the row of this person to `token`, if there is one, and with it those that have its mark. */
  show(account: number, objectId: string): void
  /** Moves the rows with this mark to `token`. */
  showMark(mark: number): void
  /** Takes in a row of a person who has none. Columns: see `insertArrival`. */
  add(seq: number, account: number, objectId: string, mark: number, columns: ArrivalColumns): void
  /** Moves the oldest rows, at most so many, to `token`. */
  move(rows: number): void
  /** The sequence number of the oldest row; undefined when there is none. It may have been moved by another process. */
  first(): number | undefined
  size(): number
}

/** What this process knows of `arrival` from one transaction to the next. */
export interface ArrivalIndex {
  /** The rows as a write transaction that has just begun sees them, beside what else it sees; moved rows are told to both. */
  begin(sql: Statements, marks: Marks, persons: Persons): Arrivals
  /** The row of a person, outside a write transaction. */
  find(sql: Statements, account: number, objectId: string): SqlRow | undefined
  /** After a transaction that was rolled back: what is known is read again from the table. */
  forget(): void
}

/** A row that waits. */
interface Place {
  seq: number
  account: number
  objectId: string
  mark: number
  isGone: boolean
}

/** Rows by mark. Nearly every mark has one row, which needs no list; small numbers are quicker to look for than 48 bits. */
const createMarkIndex = () => {
  const places = new Map<number, Place | Place[]>()
  const bitsOf = (mark: number): number => mark & 0x3fffffff
  return {
    of: (mark: number): Place[] => {
      const found = places.get(bitsOf(mark)) ?? []
      return Array.isArray(found) ? found.filter((place) => place.mark === mark) : found.mark === mark ? [found] : []
    },
    add: (place: Place): void => {
      const bits = bitsOf(place.mark)
      const found = places.get(bits)
      if (!found) places.set(bits, place)
      else if (Array.isArray(found)) found.push(place)
      else places.set(bits, [found, place])
    },
    drop: (place: Place): void => {
      const bits = bitsOf(place.mark)
      const found = places.get(bits)
      // Nearly always the first of them, so that it costs the same however many people have this token.
      if (Array.isArray(found)) found.splice(found.indexOf(place), 1)
      if (found === place || (Array.isArray(found) && found.length === 0)) places.delete(bits)
    },
    clear: (): void => places.clear(),
  }
}

/**
 * Makes the index of `arrival` that SQLite does not keep: of persons and of marks, in memory. It never misses a row,
 * because other processes' rows have higher sequence numbers than what was read last; it may know rows that others have
 * moved meanwhile, which are found missing when they are wanted.
 */
export const createArrivalIndex = (): ArrivalIndex => {
  /** Oldest first. Those that are gone stay until they are the oldest. */
  let places: Place[] = []
  let oldest = 0
  let size = 0
  const byAccount = new Map<number, Map<string, Place>>()
  const byMark = createMarkIndex()
  let readTo = 0

  const placeOf = (account: number, objectId: string): Place | undefined => byAccount.get(account)?.get(objectId)
  const note = (seq: number, account: number, objectId: string, mark: number): void => {
    const place = { seq, account, objectId, mark, isGone: false }
    places.push(place)
    size++
    const persons = byAccount.get(account) ?? new Map<string, Place>()
    byAccount.set(account, persons.set(objectId, place))
    byMark.add(place)
    readTo = Math.max(readTo, seq)
  }
  const drop = (place: Place): void => {
    if (place.isGone) return
    place.isGone = true
    size--
    const persons = byAccount.get(place.account)
    if (persons?.get(place.objectId) === place) persons.delete(place.objectId)
    byMark.drop(place)
  }
  const first = (): Place | undefined => {
    while (places[oldest]?.isGone) oldest++
    if (oldest * 2 > places.length) {
      places = places.slice(oldest)
      oldest = 0
    }
    return places[oldest]
  }
  const readNew = (sql: Statements): void => {
    for (const row of sql.arrivalsAfter.all(readTo) as SqlRow[])
      note(Number(row.seq), Number(row.account), String(row.object_id), Number(row.mark))
  }

  return {
    begin: (sql, marks, persons) => {
      readNew(sql)
      const dropMoved = (place: Place): void => {
        persons.add(place.account, place.objectId)
        drop(place)
      }
      const moveRange = (from: number, to: number): void => {
        sql.moveArrivals.run(from, to)
        sql.forgetArrivals.run(from, to)
        // Rows of an import that wait are left to it.
        if (marks.waiting() <= enteredAtOnce) marks.enter()
      }
      const showMark = (mark: number): void => {
        for (const place of byMark.of(mark)) {
          moveRange(place.seq, place.seq)
          dropMoved(place)
        }
      }
      return {
        show: (account, objectId) => {
          const place = placeOf(account, objectId)
          if (place) showMark(place.mark)
        },
        showMark,
        add: (seq, account, objectId, mark, columns) => {
          sql.insertArrival.run(seq, account, objectId, mark, ...columns)
          note(seq, account, objectId, mark)
        },
        move: (rows) => {
          let to = 0
          let left = rows
          for (let at = oldest; at < places.length && left > 0; at++) {
            const place = places[at]
            if (!place || place.isGone) continue
            to = place.seq
            left--
          }
          moveRange(0, to)
          // Null, and so 0, when there is no row at all.
          const stays = Number((sql.firstArrival.get() as SqlRow).seq) || Number.POSITIVE_INFINITY
          for (let place = first(); place && place.seq < stays; place = first()) dropMoved(place)
        },
        first: () => first()?.seq,
        size: () => size,
      }
    },
    find: (sql, account, objectId) => {
      readNew(sql)
      const place = placeOf(account, objectId)
      return place && (sql.findArrival.get(place.seq) as SqlRow | undefined)
    },
    forget: () => {
      places = []
      oldest = 0
      size = 0
      byAccount.clear()
      byMark.clear()
      readTo = 0
    },
  }
}
