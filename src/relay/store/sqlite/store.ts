import { randomBytes } from 'node:crypto'
import { steadyNow } from '../../steady-clock.ts'
import { StoreError } from '../errors.ts'
import { readMigrations } from '../migrations/migration.ts'
import type { Holder, IntakeStore, RejectedRow, ReportStore, Store, StoreOptions, UploadStore } from '../port.ts'
import { retryPage } from '../rules/rejected.ts'
import { createWorkListeners, type WorkListeners } from '../work-listeners.ts'
import { createOpen } from './connection.ts'
import { DatabaseFile } from './database-file.ts'
import { loadSqlite, type SqlRow } from './driver.ts'
import { erase, type IntakeLimits, type Later, later, put, withdraw } from './intake.ts'
import { applySmallInbox, Merger, smallInbox } from './merge.ts'
import { accepted, counts, discardRejected, find, history, rejected, retry } from './reports.ts'
import { createTransactions, type Transactions } from './transactions.ts'
import { complete, lease, release, takeSlots } from './upload.ts'
import type { Reading, Work } from './work.ts'

/** What the operations work with. */
interface Parts {
  transactions: Transactions
  merger: Merger
  listeners: WorkListeners
}

/** How often an operation waits for the inbox: each time takes a merge, and what comes meanwhile is less. */
const mostRounds = 20

const createIntake = ({ transactions, merger, listeners }: Parts, limits: IntakeLimits): IntakeStore => {
  const { write, read, purge } = transactions
  /** An operation that has to know what becomes of records in the inbox runs again once they are applied. */
  const whenCurrent = async <T>(operation: (work: Work) => T | Later): Promise<T> => {
    for (let round = 0; round < mostRounds; round++) {
      const result = await write(operation)
      if (result !== later) return result
      await merger.settled()
    }
    throw new StoreError('unavailable', 'records of this profile come faster than they are applied')
  }
  return {
    put: async (entries) => {
      const results = await whenCurrent((work) => put(work, entries, limits))
      for (const { account } of entries) listeners.tell(account, 1)
      merger.note()
      return results
    },
    withdraw: (account, objectId) => whenCurrent((work) => withdraw(work, work.account(account), objectId)),
    erase: async (account, objectId) => {
      const erased = await whenCurrent((work) => erase(work, work.account(account), objectId))
      await purge()
      return erased
    },
    find: (account, objectId) => read((reading) => find(reading, reading.account(account), objectId)),
  }
}

const createUploads = ({ transactions: { write, read }, merger }: Parts): UploadStore => ({
  lease: async (request) => {
    const leased = await write((work) => lease(work, request))
    merger.note()
    return leased
  },
  complete: (holder, completions) => write((work) => complete(work, holder, completions)),
  takeSlots: (request) => write((work) => takeSlots(work, request)),
  join: (holder, report) => write(({ sql }) => void sql.joinHolder.run(holder, report)),
  heartbeat: (holder, report) => write(({ sql }) => Number(sql.heartbeatHolder.run(holder, report).changes) > 0),
  // The statement selects the columns that Holder names.
  holders: () => read(({ sql }) => sql.allHolders.all() as Holder[]),
  takeOver: (stale) =>
    write((work) => stale.reduce((freed, { id, heartbeat }) => freed + release(work, id, heartbeat), 0)),
  leave: (holder) => write((work) => void release(work, holder)),
})

const createReports = ({ transactions: { write, read }, listeners }: Parts): ReportStore => {
  /** Reads when a small inbox has been applied; where that cannot be, what is in it counts as queued. */
  const readCurrent = async <T>(operation: (reading: Reading) => T): Promise<T> => {
    const size = await read(({ inbox }) => inbox.size())
    if (size > 0 && size <= smallInbox) await write(applySmallInbox).catch(() => {})
    return read(operation)
  }
  const retryThese = (account: string, objectIds: readonly string[], code?: number): Promise<number> =>
    write((work) => retry(work, work.account(account), objectIds, code))
  /** Page by page, so that intake does not wait behind a million rows; what is refused meanwhile stays refused. */
  const retryAll = async (account: string, code?: number): Promise<number> => {
    const ofCode = code === undefined ? {} : { code }
    const page = (after?: number): Promise<RejectedRow[]> =>
      read(({ sql, account: number }) =>
        rejected(sql, number(account), { limit: retryPage, ...(after === undefined ? {} : { after }), ...ofCode }),
      )
    let retried = 0
    for (let rows = await page(); rows.length > 0; rows = await page(rows.at(-1)?.cursor)) {
      const objectIds = rows.map(({ objectId }) => objectId)
      retried += await retryThese(account, objectIds, code)
    }
    return retried
  }
  return {
    counts: (account) => readCurrent((reading) => counts(reading, reading.account(account))),
    history: (account, since) => readCurrent(({ sql, account: number }) => history(sql, number(account), since)),
    count: (account, event, by) => write((work) => work.delta.event(work.account(account), event, by)),
    rejected: (account, page) => readCurrent(({ sql, account: number }) => rejected(sql, number(account), page)),
    accepted: (account, page) => readCurrent(({ sql, account: number }) => accepted(sql, number(account), page)),
    retryRejected: async (account, { objectIds, code }) => {
      const retried = await (objectIds ? retryThese(account, objectIds, code) : retryAll(account, code))
      listeners.tell(account, retried)
      return retried
    },
    discardRejected: (account, limits) => write((work) => discardRejected(work, work.account(account), limits)),
  }
}

/** Opens the file. */
const openTransactions = async (file: DatabaseFile, options: StoreOptions): Promise<Transactions> => {
  const driver = await loadSqlite()
  const migrations = readMigrations(new URL('./migrations/', import.meta.url))
  try {
    return createTransactions(createOpen(driver, file, migrations, options), options.now ?? steadyNow)
  } catch (error) {
    const message = 'the database file cannot be opened or written'
    throw error instanceof StoreError ? error : new StoreError('unavailable', message, error)
  }
}

/**
 * The outbox in one SQLite file, for one machine; several processes on it may share the file. Creates the file when it
 * is missing and applies the migrations.
 *
 * Rejects with a StoreError: `no-driver`, `future-schema`, or `unavailable` when the file cannot be opened.
 *
 * @example
 * const store = await openSqliteStore('pushferry.db')
 */
export const openSqliteStore = async (path: string, options: StoreOptions = {}): Promise<Store> => {
  const { maxQueued = 1_000_000, maxUnproved = 100_000 } = options
  const file = new DatabaseFile(path)
  const transactions = await openTransactions(file, options)
  const { write, read, inbox } = transactions
  const listeners = createWorkListeners()
  const merger = new Merger({ inbox, write, tell: listeners.tell })
  const parts = { transactions, merger, listeners }
  // What was accepted before the last process ended may not be applied.
  await read(() => {})
  merger.note()
  return {
    ...createIntake(parts, { maxQueued, maxUnproved }),
    ...createUploads(parts),
    ...createReports(parts),
    secret: (name) =>
      write(({ sql }) => {
        sql.addSecret.run(name, randomBytes(32).toString('base64url'))
        return String((sql.findSecret.get(name) as SqlRow).value)
      }),
    probe: async () => {
      await transactions.assertUndamaged()
      await write(({ sql }) => void sql.touchProbe.run())
    },
    onWork: listeners.onWork,
    bytes: async () => file.bytes(),
    close: async () => {
      merger.stop()
      await transactions.close()
    },
  }
}
