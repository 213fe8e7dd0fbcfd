import { StoreError } from '../errors.ts'
import { codeOf, emptyLog, resultCode } from './connection.ts'
import type { SqlDatabase } from './driver.ts'
import type { Statements } from './statements.ts'
import { createWorks, type Reading, type Work, type Works } from './work.ts'

/** An open connection and its statements. One object, so that nobody keeps the one without the other. */
export interface Connection {
  database: SqlDatabase
  sql: Statements
  /** Throws when the path no longer names the open file. */
  assertCurrent(): void
}

/** Gathers operations into group commits on one connection. */
export interface Transactions {
  /** Runs the operation in a write transaction, with others; resolves after the commit. */
  write<T>(operation: (work: Work) => T): Promise<T>
  /** Runs the operation now, on a snapshot of what has been committed. */
  read<T>(operation: (reading: Reading) => T): Promise<T>
  /** Copies all that is committed into the database file and empties the log beside it. */
  purge(): Promise<void>
  /** As of the last commit of this process. */
  inbox: Works['inbox']
  close(): Promise<void>
}

interface Job {
  operation: (work: Work) => unknown
  resolve: (value: never) => void
  reject: (error: unknown) => void
  since: number
}

/** How long an operation waits for another process's write lock, in ms. */
const lockWaitMs = 5_000
/** A transaction takes no more operations after this time, in ms: the process has other work to do in between. */
const longestMs = 100
/**
 * After a transaction that took longer than this, in ms, the event loop has several turns before the next one: a turn for
 * each `msOfTurn` that it took. A turn accepts one connection (libuv takes no more at a time) and costs next to nothing;
 * with one turn a transaction, new connections would wait for seconds.
 */
const longTurnMs = 10
const msOfTurn = 2
const turnsAfter = (tookMs: number): number => (tookMs > longTurnMs ? Math.ceil(tookMs / msOfTurn) : 1)

const unavailable = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError(
        'unavailable',
        codeOf(error) === resultCode.full ? 'the disk is full' : 'the database does not take it now',
        error,
      )
const isLocked = (error: unknown): boolean => codeOf(error) === resultCode.busy || codeOf(error) === resultCode.locked

/**
 * Group commit: all operations that were asked for while the process was busy with something else, with the previous
 * commit above all, share one transaction and one fsync. One operation that fails does not take the others with it:
 * the group is rolled back and its operations are tried one by one.
 *
 * After an error other than a lock or a full disk the connection is opened anew before the next try, so that a database
 * that comes back is taken into use without a restart.
 */
export const createTransactions = (open: (isFirst: boolean) => Connection, now: () => number): Transactions => {
  let connection: Connection | undefined = open(true)
  let jobs: Job[] = []
  let scheduled = false
  /** How many turns of the event loop the next transaction waits for. */
  let turnsOwed = 1
  let closing: (() => void) | undefined
  let closed = false
  let works = createWorks(now)

  const connected = (): Connection => {
    connection ??= open(false)
    try {
      connection.assertCurrent()
    } catch (error) {
      disconnect()
      throw error
    }
    return connection
  }
  const disconnect = (): void => {
    try {
      connection?.database.close()
    } catch {
      // It is being given up because it no longer works; there is nothing to save in it.
    }
    connection = undefined
    // It may be another file that is opened next.
    works = createWorks(now)
  }
  /** Gives a connection up that may never work again, as one that was opened while the disk could not be written. */
  const doubt = (error: unknown): void => {
    const code = codeOf(error)
    if (code !== undefined && code !== resultCode.full && !isLocked(error)) disconnect()
  }
  const rollBack = (database: SqlDatabase, error: unknown): void => {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself (disk full, I/O error): a further ROLLBACK is itself an error.
    }
    doubt(error)
  }

  /**
   * Runs operations in one transaction and returns what they returned: of all, or of the first of them where they take
   * longer than `longestMs`. Throws with everything rolled back.
   */
  const commit = (operations: readonly Job['operation'][]): unknown[] => {
    const { database, sql } = connected()
    try {
      database.exec('BEGIN IMMEDIATE')
    } catch (error) {
      doubt(error)
      throw error
    }
    try {
      const { work, finish, keep } = works.begin(sql)
      const results: unknown[] = []
      const began = performance.now()
      for (const operation of operations) {
        if (results.length > 0 && performance.now() - began > longestMs) break
        results.push(operation(work))
      }
      finish()
      database.exec('COMMIT')
      keep()
      return results
    } catch (error) {
      rollBack(database, error)
      throw error
    }
  }

  const runAlone = (job: Job): void => {
    try {
      job.resolve(commit([job.operation])[0] as never)
    } catch (error) {
      job.reject(unavailable(error))
    }
  }

  const flush = (): void => {
    scheduled = false
    const began = performance.now()
    const group = jobs
    jobs = []
    if (group.length > 0) {
      try {
        const results = commit(group.map((job) => job.operation))
        results.forEach((result, at) => {
          group[at]?.resolve(result as never)
        })
        if (results.length < group.length) jobs = [...group.slice(results.length), ...jobs]
      } catch (error) {
        if (isLocked(error)) {
          waitForLock(group, error)
          return
        }
        const [only] = group
        if (only && group.length === 1) only.reject(unavailable(error))
        else for (const job of group) runAlone(job)
      }
    }
    turnsOwed = turnsAfter(performance.now() - began)
    if (jobs.length > 0) schedule()
    else closing?.()
  }
  const flushAfter = (turns: number): void => {
    setImmediate(() => (turns > 1 ? flushAfter(turns - 1) : flush()))
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    flushAfter(turnsOwed)
  }
  /**
   * Another process writes. Its commits are short, so the group is tried again soon, after a random wait. A store that closes does
   * not wait, because a stop must be quick; other processes take over what was not written.
   */
  const waitForLock = (group: readonly Job[], error: unknown): void => {
    const oldest = closed ? Number.POSITIVE_INFINITY : performance.now() - lockWaitMs
    for (const job of group) if (job.since < oldest) job.reject(unavailable(error))
    jobs = [...group.filter((job) => job.since >= oldest), ...jobs]
    if (jobs.length === 0) closing?.()
    else {
      scheduled = true
      setTimeout(flush, 1 + Math.random() * 4)
    }
  }

  const usable = (): void => {
    if (closed) throw new StoreError('closed', 'the store is closed')
  }

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        usable()
        jobs.push({ operation, resolve, reject, since: performance.now() })
        schedule()
      }),
    read: async (operation) => {
      usable()
      try {
        const { database, sql } = connected()
        database.exec('BEGIN')
        try {
          return operation(works.reading(sql))
        } finally {
          database.exec('COMMIT')
        }
      } catch (error) {
        doubt(error)
        throw unavailable(error)
      }
    },
    purge: async () => {
      const giveUpAt = performance.now() + lockWaitMs
      for (;;) {
        usable()
        try {
          if (emptyLog(connected().database)) return
        } catch (error) {
          doubt(error)
          throw unavailable(error)
        }
        if (performance.now() > giveUpAt) throw unavailable(new Error('other connections keep the log in use'))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    inbox: {
      size: () => works.inbox.size(),
      isMerging: () => works.inbox.isMerging(),
      newest: () => works.inbox.newest(),
      first: () => works.inbox.first(),
    },
    close: async () => {
      if (closed) return
      closed = true
      if (jobs.length > 0 || scheduled) await new Promise<void>((resolve) => (closing = resolve))
      try {
        // SQLite does this itself as the last connection closes, but @photostructure/sqlite keeps one half open until
        // its statements are collected; and what has been settled or erased should not stay in the log until then.
        if (connection) emptyLog(connection.database)
      } catch {
        // The log is read again at the next start.
      }
      disconnect()
    },
  }
}
