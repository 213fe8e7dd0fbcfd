import { randomBytes } from 'node:crypto'
import { StoreError } from '../errors.ts'
import { sqliteMigrations } from '../migrations/sqlite.ts'
import type { Holder, RejectedRow, Store, StoreOptions } from '../port.ts'
import { putBulk } from './bulk-intake.ts'
import { configure, migrate } from './connection.ts'
import { createDatabaseFile } from './database-file.ts'
import { loadSqlite, type SqlRow } from './driver.ts'
import { gatherWork } from './gather-work.ts'
import { erase, put, withdraw } from './intake.ts'
import { createMover } from './mover.ts'
import { accepted, counts, discardRejected, find, history, rejected, retry, retryPage } from './reports.ts'
import { prepareStatements } from './statements.ts'
import { type Connection, createTransactions } from './transactions.ts'
import { lease, release, settle, takeSlots } from './upload.ts'

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
  { maxQueued = 1_000_000, maxUnproved = 100_000, cacheBytes, logPages, now = Date.now }: StoreOptions = {},
): Promise<Store> => {
  const { DatabaseSync } = await loadSqlite()
  const databaseFile = createDatabaseFile(file)
  const open = (isFirst: boolean): Connection => {
    databaseFile.prepare(isFirst)
    const database = new DatabaseSync(file)
    databaseFile.remember()
    try {
      configure(database, isFirst ? startPatienceMs : 0)
      if (cacheBytes !== undefined) database.exec(`PRAGMA cache_size = -${Math.round(cacheBytes / 1024)}`)
      if (logPages !== undefined) database.exec(`PRAGMA wal_autocheckpoint = ${logPages}`)
      migrate(database, sqliteMigrations)
      databaseFile.restrict()
      const connection = { database, sql: prepareStatements(database), assertCurrent: databaseFile.assertSame }
      database.exec('PRAGMA busy_timeout = 0')
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

  const mover = createMover(transactions.write)
  // What was taken in before the last process ended may still be there.
  mover.moveSoon()
  const listeners = new Set<(account: string, rows: number) => void>()
  const wake = gatherWork((come) => {
    for (const [account, rows] of come) for (const listener of listeners) listener(account, rows)
  })

  return {
    put: async (entries) => {
      const results = await transactions.write((work) => put(work, entries, { maxQueued, maxUnproved }))
      wake(
        entries.map((entry) => entry.account),
        entries.length,
      )
      mover.moveSoon()
      return results
    },
    putBulk: async (bulk) => {
      const result = await transactions.write((work) => putBulk(work, bulk))
      wake([bulk.account], bulk.rows)
      return result
    },
    withdraw: (account, objectId) => transactions.write((work) => withdraw(work, work.account(account), objectId)),
    erase: async (account, objectId) => {
      const erased = await transactions.write((work) => erase(work, work.account(account), objectId))
      await transactions.purge()
      return erased
    },
    find: (account, objectId) => transactions.read((reading) => find(reading, reading.account(account), objectId)),

    lease: (request) => transactions.write((work) => lease(work, request)),
    settle: (holder, settlements) => transactions.write((work) => settle(work, holder, settlements)),
    takeSlots: (request) => transactions.write((work) => takeSlots(work, request)),
    join: (holder, report) =>
      transactions.write(({ sql }) => {
        sql.joinHolder.run(holder, report)
      }),
    beat: (holder, report) => transactions.write(({ sql }) => Number(sql.beatHolder.run(holder, report).changes) > 0),
    // The statement selects the columns that Holder names.
    holders: () => transactions.read(({ sql }) => sql.allHolders.all() as Holder[]),
    reap: (stale) =>
      transactions.write((work) => stale.reduce((freed, { id, beat }) => freed + release(work, id, beat), 0)),
    leave: (holder) =>
      transactions.write((work) => {
        release(work, holder)
      }),

    counts: (account) => transactions.read(({ sql, account: number }) => counts(sql, number(account))),
    history: (account, since) => transactions.read(({ sql, account: number }) => history(sql, number(account), since)),
    count: (account, event, by) =>
      transactions.write((work) => work.delta.event(String(work.account(account)), event, by)),
    rejected: (account, page) => transactions.read(({ sql, account: number }) => rejected(sql, number(account), page)),
    accepted: (account, page) => transactions.read(({ sql, account: number }) => accepted(sql, number(account), page)),
    retryRejected: async (account, { objectIds, code }) => {
      const retryThese = (chosen: readonly string[]): Promise<number> =>
        transactions.write((work) => retry(work, work.account(account), chosen, code))
      const page = (after: number): Promise<RejectedRow[]> =>
        transactions.read(({ sql, account: number }) =>
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

    discardRejected: (account, limits) =>
      transactions.write((work) => discardRejected(work, work.account(account), limits)),
    secret: (name) =>
      transactions.write(({ sql }) => {
        sql.addSecret.run(name, randomBytes(32).toString('base64url'))
        return String((sql.findSecret.get(name) as SqlRow).value)
      }),
    probe: () =>
      transactions.write(({ sql }) => {
        sql.touchProbe.run()
      }),
    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      mover.stop()
      await transactions.close()
    },
  }
}
