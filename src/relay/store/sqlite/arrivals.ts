import type { SqlRow, SqlValue } from './driver.ts'
import type { Persons } from './persons.ts'
import type { Statements } from './statements.ts'

/*
 * Where new rows wait before they are indexed. A row that is new to the store is written to the end of the table
 * `arrival`, whose only key is its sequence number: the pages of one commit are then next to each other, few, and
 * written once. A row of `token` touches a page at random in each of its indexes, and those pages are what a commit
 * costs. So rows are moved to `token` behind the acknowledgement: many at a time when the store has nothing else to do,
 * or one by one when somebody asks for a person who is still among them.
 *
 * Nobody else has to know: whatever looks at `token` first calls `show` for the profile that it is about, or `move` for the
 * oldest rows. A profile has a row in `arrival` or in `token`, never in both.
 */

/** How many rows may wait in `arrival`. Each is known by heart, at some 400 bytes. */
export const mostArrivals = 100_000
/** How many rows one transaction moves, so that nothing waits long behind it. */
export const arrivalsMoved = 250

/** The columns of `arrival` after `seq`, in the order of the table. */
export type ArrivalColumns = readonly SqlValue[]

/** The rows of `arrival` as one transaction sees them. */
export interface Arrivals {
  /** Moves the row of this profile to `token`, if there is one. */
  show(account: number, objectId: string): void
  /** Takes in a row of a person who has none. Columns: see `insertArrival`. */
  add(seq: number, account: number, objectId: string, columns: ArrivalColumns): void
  /** Moves the oldest rows, at most so many, to `token`. */
  move(rows: number): void
  /** The sequence number of the oldest row; undefined when there is none. It may have been moved by another process. */
  first(): number | undefined
  size(): number
}

/** What this process knows of `arrival` from one transaction to the next. */
export interface ArrivalIndex {
  /** The rows as a write transaction that has just begun sees them, beside what else it sees; which is told of moved rows. */
  begin(sql: Statements, persons: Persons): Arrivals
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
  isGone: boolean
}

/**
 * Makes the index of `arrival` that SQLite does not keep: of profiles, in memory. It never misses a row,
 * because other processes' rows have higher sequence numbers than what was read last; it may know rows that others have
 * moved meanwhile, which are found missing when they are wanted.
 */
export const createArrivalIndex = (): ArrivalIndex => {
  /** Oldest first. Those that are gone stay until they are the oldest. */
  let places: Place[] = []
  let oldest = 0
  let size = 0
  const byAccount = new Map<number, Map<string, Place>>()
  let readTo = 0

  const placeOf = (account: number, objectId: string): Place | undefined => byAccount.get(account)?.get(objectId)
  const note = (seq: number, account: number, objectId: string): void => {
    const place = { seq, account, objectId, isGone: false }
    places.push(place)
    size++
    const persons = byAccount.get(account) ?? new Map<string, Place>()
    byAccount.set(account, persons.set(objectId, place))
    readTo = Math.max(readTo, seq)
  }
  const drop = (place: Place): void => {
    if (place.isGone) return
    place.isGone = true
    size--
    const persons = byAccount.get(place.account)
    if (persons?.get(place.objectId) === place) persons.delete(place.objectId)
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
      note(Number(row.seq), Number(row.account), String(row.object_id))
  }

  return {
    begin: (sql, persons) => {
      readNew(sql)
      const dropMoved = (place: Place): void => {
        persons.add(place.account, place.objectId)
        drop(place)
      }
      const moveRange = (from: number, to: number): void => {
        sql.moveArrivals.run(from, to)
        sql.forgetArrivals.run(from, to)
      }
      return {
        show: (account, objectId) => {
          const place = placeOf(account, objectId)
          if (!place) return
          moveRange(place.seq, place.seq)
          dropMoved(place)
        },
        add: (seq, account, objectId, columns) => {
          sql.insertArrival.run(seq, account, objectId, ...columns)
          note(seq, account, objectId)
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
      readTo = 0
    },
  }
}
