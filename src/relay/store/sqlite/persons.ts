import { type BloomFilter, createBloomFilter } from './bloom-filter.ts'
import type { SqlRow } from './driver.ts'
import type { Statements } from './statements.ts'

/*
 * Which persons may have a row in the table `token`, in memory. Most who come new have none, and to find that out in the
 * index by person costs a page at random: with millions of rows more than all else that an intake does in SQLite.
 *
 * Rows are learned by their ids: those above the highest that was read are new, whichever process has written them. SQLite
 * gives an id again only when its row and all with higher ones have been erased; `erased_last` in the table `single` counts
 * how often the last row was, and who finds it changed by others begins anew. Until all rows are read, everybody may have one.
 */

/** Rows that a transaction reads before it looks somebody up: half a millisecond. */
const readBefore = 500
/** Rows that are read at a time while the store has nothing else to do: some five milliseconds. */
const readAtRest = 4_000
/** For how many there is room at least; later for a quarter more than there are. */
const leastRoom = 100_000

/** The persons as one transaction sees them. */
export interface Persons {
  /** False: this person has no row in `token`, for certain. */
  mayHave(account: number, objectId: string): boolean
  /** This transaction gives the person a row, or finds one. */
  add(account: number, objectId: string): void
  /** This transaction has erased the row with this id. */
  erased(id: number): void
  /** Reads rows that are not known yet, once anybody has been looked for. True: there are more. */
  readMore(): boolean
}

/** What this process knows of the persons from one transaction to the next. */
export interface PersonIndex {
  /** `keep` is for behind the commit; without it, what the transaction read is read again. */
  begin(sql: Statements): { persons: Persons; keep(): void }
}

export const createPersonIndex = (): PersonIndex => {
  let filter: BloomFilter | undefined
  let readTo = 0
  let erasures = 0
  let isWanted = false

  return {
    begin: (sql) => {
      let reached = readTo
      let erasuresSeen = erasures
      let isComplete: boolean | undefined
      const forget = (): void => {
        filter = undefined
        readTo = 0
        reached = 0
      }
      /** Whether all are read, after it has read so many. */
      const read = (most: number): boolean => {
        const { last, erased } = sql.lastToken.get() as SqlRow
        if (Number(erased) !== erasuresSeen) forget()
        erasuresSeen = Number(erased)
        if (reached >= Number(last)) return true
        filter ??= createBloomFilter(Math.max(leastRoom, Number(last) * 1.25))
        const { to, accounts, objectIds } = sql.personsAfter.get(reached, most) as SqlRow
        // Both texts are written by SQLite, with as many members.
        const numbers = JSON.parse(String(accounts)) as number[]
        for (const [at, objectId] of (JSON.parse(String(objectIds)) as string[]).entries())
          filter.add(numbers[at] ?? 0, objectId)
        reached = Number(to)
        return reached >= Number(last)
      }
      return {
        persons: {
          mayHave: (account, objectId) => {
            isWanted = true
            isComplete ??= read(readBefore)
            return !isComplete || (filter?.mayHave(account, objectId) ?? false)
          },
          add: (account, objectId) => {
            if (!isWanted) return
            filter ??= createBloomFilter(leastRoom)
            filter.add(account, objectId)
          },
          erased: (id) => {
            const { changes } = sql.noteErasedLast.run(id)
            if (Number(changes) === 0) return
            erasuresSeen++
            // What is above the last row now may come again with another person.
            reached = Math.min(reached, Number((sql.lastToken.get() as SqlRow).last))
          },
          readMore: () => isWanted && !read(readAtRest),
        },
        keep: () => {
          readTo = reached
          erasures = erasuresSeen
        },
      }
    },
  }
}
