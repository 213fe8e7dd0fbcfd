import { randomBytes } from 'node:crypto'
import { steadyNow } from '../../steady-clock.ts'
import { StoreError } from '../errors.ts'
import type { Store, StoreOptions } from '../port.ts'
import type { Operation } from '../rules/operation.ts'
import { erase, withdraw } from '../rules/remove.ts'
import { createReports } from '../rules/reports.ts'
import { createWorkListeners } from '../work-listeners.ts'
import { createOpen } from './connection.ts'
import { DatabaseFile } from './database-file.ts'
import { loadSqlite, type SqlRow } from './driver.ts'
import { find, type Later, later, put, runCurrent } from './intake.ts'
import { applySmallInbox, Merger } from './merge.ts'
import { createTransactions, type Transactions } from './transactions.ts'
import { createUploads } from './upload.ts'
import { findAccount, type Work } from './work.ts'

const openTransactions = async (file: DatabaseFile, options: StoreOptions): Promise<Transactions> => {
  const driver = await loadSqlite()
  try {
    return createTransactions(createOpen(driver, file, options), options.now ?? steadyNow)
  } catch (error) {
    const message = 'the database file cannot be opened or written'
    throw error instanceof StoreError ? error : new StoreError('unavailable', message, error)
  }
}

/** Makes the function that runs an operation. While the result is `later`, it applies the inbox and runs the operation again. */
const createWhenCurrent =
  ({ write }: Transactions, merger: Merger) =>
  async <T>(operation: (work: Work) => T | Later): Promise<T> => {
    for (;;) {
      const result = await write(operation)
      if (result !== later) return result
      await merger.settled()
    }
  }

/**
 * The outbox in one SQLite file, which several processes of a machine may share. Creates a missing file and applies migrations.
 *
 * Rejects with a StoreError: `no-driver`, `future-schema`, or `unavailable` when the file cannot be opened.
 */
export const openSqliteStore = async (path: string, options: StoreOptions = {}): Promise<Store> => {
  const { maxQueued = 1_000_000, maxUnproved = 100_000 } = options
  const file = new DatabaseFile(path)
  const transactions = await openTransactions(file, options)
  const { write, read, inbox } = transactions
  const { tell, onWork } = createWorkListeners()
  const merger = new Merger(inbox, write)
  const whenCurrent = createWhenCurrent(transactions, merger)
  const writeCurrent = <T>(operation: Operation<T>): Promise<T> => whenCurrent((work) => runCurrent(work, operation))
  // The last process may have ended before all accepted records were applied.
  await read((sql) => inbox.begin(sql))
  merger.note()
  return {
    ...createUploads(transactions, merger),
    ...createReports({
      // If the inbox cannot be applied, its records count as queued.
      catchUp: async () => {
        if (await read((sql) => sql.isPending.get())) await write(applySmallInbox).catch(() => {})
      },
      // Each statement selects the columns that `Selected` lists under its name.
      query: async (name, account, ...values) =>
        read((sql) => sql[name].all(findAccount(sql, account), ...values) as never[]),
      write: writeCurrent,
      tell,
    }),
    put: async (entries) => {
      const results = await whenCurrent((work) => put(work, entries, { maxQueued, maxUnproved }))
      for (const { account } of entries) tell(account, 1)
      merger.note()
      return results
    },
    withdraw: (account, objectId) => writeCurrent(withdraw(account, objectId)),
    erase: async (account, objectId) => {
      const erased = await writeCurrent(erase(account, objectId))
      // Inbox rows that name the profile are on disk until their merge ends, and older pages with the row are in the log.
      if (inbox.isMerging()) await merger.settled()
      await transactions.purge()
      return erased
    },
    find: (account, objectId) => read((sql) => find(sql, inbox, findAccount(sql, account), objectId)),
    secret: (name) =>
      write(({ sql }) => {
        sql.addSecret.run(name, randomBytes(32).toString('base64url'))
        return String((sql.findSecret.get(name) as SqlRow).value)
      }),
    probe: async () => {
      await transactions.assertUndamaged()
      await write(({ sql }) => void sql.touchProbe.run())
    },
    onWork,
    bytes: async () => file.bytes(),
    close: async () => {
      merger.stop()
      await transactions.close()
    },
  }
}
