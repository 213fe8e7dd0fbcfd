import type { SqlRow, SqlValue } from './driver.ts'
import { enteredAtOnce, type Marks } from './marks.ts'
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
  /** The rows as a write transaction that has just begun sees them, beside the marks as it sees them. */
  begin(sql: Statements, marks: Marks): Arrivals
  /** The row of a person, outside a write transaction. */
  find(sql: Statements, account: number, objectId: string): SqlRow | undefined
  /** After a transaction that was rolled back: what is known is read again from the table. */
  forget(): void
}

interface Place {
  key: string
  mark: number
}

const keyOf = (account: number, objectId: string): string => `${account} ${objectId}`

/**
 * Makes the index of `arrival` that SQLite does not keep: of persons and of marks, in memory. It never misses a row,
 * because other processes' rows have higher sequence numbers than what was read last; it may know rows that others have
 * moved meanwhile, which are found missing when they are wanted.
 */
export const createArrivalIndex = (): ArrivalIndex => {
  /** By sequence number, oldest first. */
  const places = new Map<number, Place>()
  const byKey = new Map<string, number>()
  const byMark = new Map<number, number[]>()
  let readTo = 0

  const note = (seq: number, key: string, mark: number): void => {
    places.set(seq, { key, mark })
    byKey.set(key, seq)
    const same = byMark.get(mark)
    if (same) same.push(seq)
    else byMark.set(mark, [seq])
    readTo = Math.max(readTo, seq)
  }
  const drop = (seq: number): void => {
    const place = places.get(seq)
    if (!place) return
    places.delete(seq)
    if (byKey.get(place.key) === seq) byKey.delete(place.key)
    // Nearly always the first of them, so that it costs the same however many people have this token.
    const same = byMark.get(place.mark) ?? []
    same.splice(same.indexOf(seq), 1)
    if (same.length === 0) byMark.delete(place.mark)
  }
  const readNew = (sql: Statements): void => {
    for (const row of sql.arrivalsAfter.all(readTo) as SqlRow[])
      note(Number(row.seq), keyOf(Number(row.account), String(row.object_id)), Number(row.mark))
  }

  return {
    begin: (sql, marks) => {
      readNew(sql)
      const moveRange = (from: number, to: number): void => {
        sql.moveArrivals.run(from, to)
        sql.forgetArrivals.run(from, to)
        // Rows of an import that wait are left to it.
        if (marks.waiting() <= enteredAtOnce) marks.enter()
      }
      const showMark = (mark: number): void => {
        for (const seq of [...(byMark.get(mark) ?? [])]) {
          moveRange(seq, seq)
          drop(seq)
        }
      }
      return {
        show: (account, objectId) => {
          const seq = byKey.get(keyOf(account, objectId))
          const place = seq === undefined ? undefined : places.get(seq)
          if (place) showMark(place.mark)
        },
        showMark,
        add: (seq, account, objectId, mark, columns) => {
          sql.insertArrival.run(seq, account, objectId, mark, ...columns)
          note(seq, keyOf(account, objectId), mark)
        },
        move: (rows) => {
          let to = 0
          for (const seq of places.keys()) {
            if (rows-- <= 0) break
            to = seq
          }
          moveRange(0, to)
          const oldest = (sql.firstArrival.get() as SqlRow).seq
          for (const seq of places.keys()) {
            if (oldest !== null && seq >= Number(oldest)) break
            drop(seq)
          }
        },
        first: () => places.keys().next().value,
        size: () => places.size,
      }
    },
    find: (sql, account, objectId) => {
      readNew(sql)
      const seq = byKey.get(keyOf(account, objectId))
      return seq === undefined ? undefined : (sql.findArrival.get(seq) as SqlRow | undefined)
    },
    forget: () => {
      places.clear()
      byKey.clear()
      byMark.clear()
      readTo = 0
    },
  }
}
