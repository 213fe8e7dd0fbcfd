import type { SqlRow } from './driver.ts'
import type { Statements } from './statements.ts'

/*
 * Under which rows a token stands is found by its mark: the table `mark` names the rows of each. Its pages are met at
 * random, and with a million rows they cost an imported row more than all the rest of it. So new rows are entered there
 * behind their commit, many at a time and in the order of their marks: a page is then written once for many of them.
 * `marked` is the highest id of `token` up to which all are entered; what is above it is found again after a crash.
 *
 * Whether a token stood under another person is found out, and counted, as its row is entered. Nobody else has to know:
 * whatever gives a row another token or erases it, enters all rows first.
 */

/** So many rows of an import wait to be entered together: some 60 ms of work. */
const mostUnentered = 20_000
/** And so many where no relay is there that could have to wait: the more, the less each costs. */
export const mostUnenteredAlone = 80_000
/** So many rows are entered at a time where somebody may be waiting. */
export const enteredAtOnce = 2_000

/** The marks as one transaction sees them. */
export interface Marks {
  /** How many rows are not entered yet, at most. */
  waiting(): number
  /** The highest id of a row. */
  last(): number
  /** Enters the oldest rows that are not, at most so many (default: all), and counts those whose token an older row has. */
  enter(most?: number): void
  /** Enters all when so many wait that an import has to. */
  enterMany(): void
  /** Before a row gets a token with another mark. All rows are entered. */
  change(row: { id: number; mark: number }, mark: number): void
  /** Before a row is erased. All rows are entered. */
  drop(row: { id: number; mark: number }): void
}

/** `onElsewhere` is told how many rows of an account came in with a token that an older row has. */
export const createMarks = (sql: Statements, onElsewhere: (account: number, rows: number) => void): Marks => {
  const read = (): { marked: number; last: number } => {
    const { marked, last } = sql.readMarked.get() as SqlRow
    return { marked: Number(marked), last: Number(last) }
  }
  const enter = (most = Number.POSITIVE_INFINITY): void => {
    const { marked, last } = read()
    if (last <= marked) return
    const to = Math.min(last, marked + most)
    sql.enterMarks.run(marked, to)
    for (const { account, n } of sql.countElsewhere.all(marked, to) as SqlRow[]) onElsewhere(Number(account), Number(n))
    sql.writeMarked.run(to)
  }
  const waiting = (): number => {
    const { marked, last } = read()
    return Math.max(0, last - marked)
  }
  return {
    waiting,
    last: () => read().last,
    enter,
    enterMany: () => {
      const isAlone = (sql.findAnyHolder.get() as SqlRow | undefined) === undefined
      if (waiting() > (isAlone ? mostUnenteredAlone : mostUnentered)) enter()
    },
    change: (row, mark) => {
      enter()
      if (row.mark === mark) return
      sql.dropMark.run(row.mark, row.id)
      sql.addMark.run(mark, row.id)
    },
    drop: ({ id, mark }) => {
      enter()
      sql.dropMark.run(mark, id)
      // SQLite gives an id again when its row and all that had higher ones are gone.
      sql.lowerMarked.run(id)
    },
  }
}
