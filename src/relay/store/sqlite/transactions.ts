import { StoreError } from '../errors.ts'
import { type Answer, answerOf, GroupCommit } from '../group-commit.ts'
import { type Connection, emptyLog, isLocked, Reconnecting, storeErrorOf } from './connection.ts'
import { Inbox } from './inbox.ts'
import type { Statements } from './statements.ts'
import { type BeginWork, createBeginWork, type Work } from './work.ts'

type Operation = (work: Work) => unknown

/** Longest wait of a purge for other processes that use the log, in ms. */
const purgeWaitMs = 5_000
/** A transaction takes no more operations after this time, in ms, so that the process can do other work. */
const longestMs = 100

/** Runs operations in one transaction: all, or only the first ones if they take longer than `longestMs`. */
const commit = (
  connection: Reconnecting,
  inbox: Inbox,
  begin: BeginWork,
  operations: readonly Operation[],
): readonly Answer[] => {
  const { database, sql, countUp } = connection.use()
  let isBegun = false
  try {
    database.exec('BEGIN IMMEDIATE')
    isBegun = true
    const { work, finish } = begin(sql)
    const answers: Answer[] = []
    const began = performance.now()
    for (const operation of operations) {
      if (answers.length > 0 && performance.now() - began > longestMs) break
      answers.push(answerOf(() => operation(work)))
    }
    finish()
    countUp()
    database.exec('COMMIT')
    inbox.keep()
    return answers
  } catch (error) {
    try {
      if (isBegun) database.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back (disk full, I/O error), and a second ROLLBACK is an error.
    }
    inbox.forgo()
    connection.doubt(error)
    throw error
  }
}

/**
 * Runs operations in transactions on one connection. Every function rejects only with a StoreError.
 *
 * @param now ms since the epoch.
 */
export const createTransactions = (open: (isFirst: boolean) => Connection, now: () => number) => {
  const inbox = new Inbox()
  const begin = createBeginWork(inbox, now)
  const connection = new Reconnecting(open, () => inbox.reset())
  let isClosed = false
  const group = new GroupCommit<Operation>({
    run: (operations) => commit(connection, inbox, begin, operations),
    failureOf: storeErrorOf,
    // A stop must be quick; other processes take over the remaining rows.
    afterFailure: (error) => (isLocked(error) ? (isClosed ? 'reject' : 'wait') : 'split'),
  })
  const closed = (): StoreError => new StoreError('closed', 'the store is closed')
  /** Runs `use` on the open database, outside the group. */
  const attempt = <T>(use: (connection: Connection) => T): T => {
    if (isClosed) throw closed()
    try {
      return use(connection.use())
    } catch (error) {
      connection.doubt(error)
      throw storeErrorOf(error)
    }
  }

  return {
    /** Runs the operation in a write transaction, with others; resolves after the commit. */
    write: <T>(operation: (work: Work) => T): Promise<T> =>
      // The group answers with what the operation has returned.
      isClosed ? Promise.reject(closed()) : (group.write(operation) as Promise<T>),
    /** Runs the operation now, on a snapshot of the committed data. */
    read: async <T>(operation: (sql: Statements) => T): Promise<T> =>
      attempt(({ database, sql }) => {
        database.exec('BEGIN')
        try {
          return operation(sql)
        } finally {
          database.exec('COMMIT')
        }
      }),
    /** Rejects once any operation has met damage in the database file. */
    assertUndamaged: async (): Promise<void> => attempt(() => connection.assertUndamaged()),
    /** Copies all committed data into the database file and empties the log. */
    purge: async (): Promise<void> => {
      for (const giveUpAt = performance.now() + purgeWaitMs; !attempt(({ database }) => emptyLog(database)); ) {
        if (performance.now() > giveUpAt) throw new StoreError('unavailable', 'other connections keep the log in use')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    /** The inbox as of the last commit of this process. */
    inbox,
    close: async (): Promise<void> => {
      if (isClosed) return
      isClosed = true
      await group.idle()
      connection.close()
    },
  }
}
export type Transactions = ReturnType<typeof createTransactions>
