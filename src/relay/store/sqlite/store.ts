import { randomBytes } from 'node:crypto'
import { steadyNow } from '../../steady-clock.ts'
import { StoreError } from '../errors.ts'
import { readMigrations } from '../migrations/migration.ts'
import type { Holder, RejectedRow, Store, StoreOptions } from '../port.ts'
import { retryPage } from '../rules/rejected.ts'
import { configure, emptyLog, migrate } from './connection.ts'
import { createDatabaseFile } from './database-file.ts'
import { loadSqlite, type SqlRow } from './driver.ts'
import { gatherWork } from './gather-work.ts'
import { erase, type Later, later, put, withdraw } from './intake.ts'
import { applySlice, settleSmall, smallInbox } from './merge.ts'
import { createMerger } from './merger.ts'
import { accepted, counts, discardRejected, find, history, rejected, retry } from './reports.ts'
import { prepareStatements } from './statements.ts'
import { type Connection, createTransactions } from './transactions.ts'
import { lease, release, settle, takeSlots } from './upload.ts'
import type { Reading, Work } from './work.ts'

/** How often an operation waits for the inbox: each time takes a merge, and what comes meanwhile is less. */
const mostRounds = 20
/** How long a start waits for another process's lock, in ms, for which it may stop everything; nothing else may. */
const startPatienceMs = 5_000

/**
 * The outbox in one SQLite file, for one machine; several processes on it may share the file. Creates the file when it
 * is missing and applies the migrations.
 *
 * Rejects with a StoreError: `no-driver`, `future-schema`, or `unavailable` when the file cannot be opened.
 *
 * @example
 * const store = await openSqliteStore('pushferry.db')
 */
export const openSqliteStore = async (
  file: string,
  { maxQueued = 1_000_000, maxUnproved = 100_000, cacheBytes, logPages, now = steadyNow }: StoreOptions = {},
): Promise<Store> => {
  const { DatabaseSync } = await loadSqlite()
  const migrations = readMigrations(new URL('./migrations/', import.meta.url))
  const databaseFile = createDatabaseFile(file)
  const open = (isFirst: boolean): Connection => {
    databaseFile.prepare(isFirst)
    const database = new DatabaseSync(file)
    databaseFile.remember()
    try {
      configure(database, isFirst ? startPatienceMs : 0)
      if (cacheBytes !== undefined) database.exec(`PRAGMA cache_size = -${Math.round(cacheBytes / 1024)}`)
      if (logPages !== undefined) database.exec(`PRAGMA wal_autocheckpoint = ${logPages}`)
      migrate(database, migrations)
      databaseFile.restrict()
      const connection = { database, sql: prepareStatements(database), assertCurrent: databaseFile.assertSame }
      database.exec('PRAGMA busy_timeout = 0')
      // After a failed fsync and a crash the log is only in the system's cache. What is copied and synced now is on disk.
      emptyLog(database)
      return connection
    } catch (error) {
      database.close()
      throw error
    }
  }
  const transactions = (() => {
    try {
      return createTransactions(open, now)
    } catch (error) {
      throw error instanceof StoreError
        ? error
        : new StoreError('unavailable', 'the database file cannot be opened or written', error)
    }
  })()

  const listeners = new Set<(account: string, rows: number) => void>()
  const wake = gatherWork((come) => {
    for (const [account, rows] of come) for (const listener of listeners) listener(account, rows)
  })
  const { write, read, inbox } = transactions
  const merger = createMerger(
    inbox,
    () => write((work) => applySlice(work)),
    (applied) => {
      for (const [account, rows] of applied) wake([account], rows)
    },
  )
  const note = (): void => {
    if (inbox.size() > 0) merger.note()
  }
  // What was accepted before the last process ended may not be applied.
  await read(() => {})
  note()
  /** An operation that has to know what becomes of records in the inbox runs again once they are applied. */
  const whenCurrent = async <T>(operation: (work: Work) => T | Later): Promise<T> => {
    for (let round = 0; round < mostRounds; round++) {
      const result = await write(operation)
      if (result !== later) return result
      await merger.settled()
    }
    throw new StoreError('unavailable', 'records of this profile come faster than they are applied')
  }
  /** Reads when a small inbox has been applied; where that cannot be, what is in it counts as queued. */
  const readCurrent = async <T>(operation: (reading: Reading) => T): Promise<T> => {
    const size = await read((reading) => reading.inbox.size())
    if (size > 0 && size <= smallInbox) await write(settleSmall).catch(() => {})
    return read(operation)
  }
  const putEntries: Store['put'] = async (entries) => {
    const results = await whenCurrent((work) => put(work, entries, { maxQueued, maxUnproved }))
    wake(
      entries.map((entry) => entry.account),
      entries.length,
    )
    note()
    return results
  }

  return {
    put: putEntries,
    withdraw: (account, objectId) => whenCurrent((work) => withdraw(work, work.account(account), objectId)),
    erase: async (account, objectId) => {
      const erased = await whenCurrent((work) => erase(work, work.account(account), objectId))
      await transactions.purge()
      return erased
    },
    find: (account, objectId) => read((reading) => find(reading, reading.account(account), objectId)),

    lease: async (request) => {
      const leased = await write((work) => lease(work, request))
      note()
      return leased
    },
    settle: (holder, settlements) => write((work) => settle(work, holder, settlements)),
    takeSlots: (request) => write((work) => takeSlots(work, request)),
    join: (holder, report) =>
      write(({ sql }) => {
        sql.joinHolder.run(holder, report)
      }),
    beat: (holder, report) => write(({ sql }) => Number(sql.beatHolder.run(holder, report).changes) > 0),
    // The statement selects the columns that Holder names.
    holders: () => read(({ sql }) => sql.allHolders.all() as Holder[]),
    reap: (stale) => write((work) => stale.reduce((freed, { id, beat }) => freed + release(work, id, beat), 0)),
    leave: (holder) =>
      write((work) => {
        release(work, holder)
      }),

    counts: (account) => readCurrent((reading) => counts(reading, reading.account(account))),
    history: (account, since) => readCurrent(({ sql, account: number }) => history(sql, number(account), since)),
    count: (account, event, by) => write((work) => work.delta.event(work.account(account), event, by)),
    rejected: (account, page) => readCurrent(({ sql, account: number }) => rejected(sql, number(account), page)),
    accepted: (account, page) => readCurrent(({ sql, account: number }) => accepted(sql, number(account), page)),
    retryRejected: async (account, { objectIds, code }) => {
      const retryThese = (chosen: readonly string[]): Promise<number> =>
        write((work) => retry(work, work.account(account), chosen, code))
      const page = (after: number): Promise<RejectedRow[]> =>
        read(({ sql, account: number }) =>
          rejected(sql, number(account), { limit: retryPage, after, ...(code === undefined ? {} : { code }) }),
        )
      let retried = 0
      if (objectIds) retried = await retryThese(objectIds)
      else {
        // Page by page, so that intake does not wait behind a million rows; what is refused meanwhile stays refused.
        let rows = await page(Number.MAX_SAFE_INTEGER)
        while (rows.length > 0) {
          retried += await retryThese(rows.map((row) => row.objectId))
          rows = await page(rows.at(-1)?.cursor ?? 0)
        }
      }
      wake([account], retried)
      return retried
    },

    discardRejected: (account, limits) => write((work) => discardRejected(work, work.account(account), limits)),
    secret: (name) =>
      write(({ sql }) => {
        sql.addSecret.run(name, randomBytes(32).toString('base64url'))
        return String((sql.findSecret.get(name) as SqlRow).value)
      }),
    probe: () =>
      write(({ sql }) => {
        sql.touchProbe.run()
      }),
    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    bytes: async () => databaseFile.bytes(),
    close: async () => {
      merger.stop()
      await transactions.close()
    },
  }
}
