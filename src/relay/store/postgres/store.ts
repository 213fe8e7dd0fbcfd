import { randomBytes, randomInt } from 'node:crypto'
import { steadyNow } from '../../steady-clock.ts'
import { StoreError } from '../errors.ts'
import { shareRuns } from '../group-commit.ts'
import { readMigrations } from '../migrations/migration.ts'
import type { AcceptedRow, IntakeStore, ReportStore, Store, StoreOptions } from '../port.ts'
import { type RowColumns, rowOf } from '../rules/columns.ts'
import { isForInbox } from '../rules/inbox-record.ts'
import { known, statusOf } from '../rules/row.ts'
import { createWorkListeners, type WorkListeners } from '../work-listeners.ts'
import { accountNumber } from './accounts.ts'
import { type Commits, createCommits } from './commits.ts'
import { complete } from './complete.ts'
import { createTransactions, poolSize, type Transactions } from './connection.ts'
import { loadPg, type PgDriver, type PgPool, type PgSettings, settingsFor } from './driver.ts'
import { storeErrorOf } from './failure.ts'
import { createHolders } from './holders.ts'
import { type Capacities, checkStorable, erase, put, withdraw } from './intake.ts'
import { createLease } from './lease.ts'
import { migrate } from './migrate.ts'
import { createNumberWriter, shards } from './numbers.ts'
import { createRelease } from './release.ts'
import { counts, discardRejected, history, oldestRejected, pagesOf, refusedPages, rejected, retry } from './reports.ts'
import { findable } from './row.ts'
import { sql } from './statements.ts'
import { idColumns } from './work.ts'

/** Schemas before these were never released; a database that has one is refused. */
const migrations = readMigrations(new URL('./migrations/', import.meta.url))

const openPool = (driver: PgDriver, settings: PgSettings): PgPool => {
  const pool = new driver.Pool({ ...settings, max: poolSize, idleTimeoutMillis: 60_000 })
  // A connection that breaks fails what is asked of it; one that nobody uses is missed by nobody.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Runs operations as long as the store is open; closing waits for them. */
class Door {
  readonly #underWay = new Set<Promise<unknown>>()
  #isClosed = false

  /** @throws StoreError (`closed`) */
  assertOpen(): void {
    if (this.#isClosed) throw new StoreError('closed', 'the store is closed')
  }
  async run<T>(operation: () => Promise<T>): Promise<T> {
    this.assertOpen()
    const promise = operation()
    this.#underWay.add(promise)
    return promise.finally(() => this.#underWay.delete(promise))
  }
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#underWay)
  }
}

interface Parts {
  commits: Commits
  door: Door
  /** Runs what has to see every record that was acknowledged before. */
  seeing<T>(operation: () => Promise<T>): Promise<T>
  read: Transactions['read']
  listeners: WorkListeners
}
const createIntake = (
  { commits, door, seeing, read, listeners }: Parts,
  capacities: Capacities,
  vacuum: () => Promise<unknown>,
): IntakeStore => ({
  put: async (entries) => {
    door.assertOpen()
    checkStorable(entries)
    if (entries.every(isForInbox)) return commits.append(entries)
    return seeing(async () => {
      const results = await commits.write(put(entries, capacities))
      for (const { account } of entries) listeners.tell(account, 1)
      return results
    })
  },
  withdraw: (account, objectId) => seeing(() => commits.write(withdraw(account, objectId))),
  erase: (account, objectId) =>
    seeing(async () => {
      const erased = await commits.write(erase(account, objectId))
      await vacuum()
      return erased
    }),
  find: (account, objectId) =>
    seeing(async () => {
      const ids = idColumns([{ account: accountNumber(account), objectId: findable(objectId) }])
      const [columns] = await read<RowColumns>({ text: sql.findRows, values: ids })
      const row = columns && known(rowOf(columns))
      return row && statusOf(objectId, row)
    }),
})

const createReports = ({ commits, door, seeing, read, listeners }: Parts): ReportStore => ({
  counts: (account) => seeing(() => counts(read, accountNumber(account))),
  history: (account, since) => seeing(() => history(read, accountNumber(account), since)),
  count: (account, event, by) =>
    door.run(() =>
      commits.write({
        keys: [],
        counted: [account],
        run: ({ delta }) => delta.event(accountNumber(account), event, by),
      }),
    ),
  rejected: (account, page) => seeing(() => rejected(read, accountNumber(account), page)),
  accepted: (account, { limit, after = '' }) =>
    seeing(() => read<AcceptedRow>({ text: sql.acceptedRows, values: [accountNumber(account), after, limit] })),
  retryRejected: (account, { objectIds, code }) =>
    seeing(async () => {
      const pages = objectIds ? pagesOf(objectIds) : refusedPages(read, accountNumber(account), code)
      let retried = 0
      for await (const ids of pages) retried += await commits.write(retry(account, ids, code))
      listeners.tell(account, retried)
      return retried
    }),
  discardRejected: (account, limits) =>
    seeing(async () => {
      const oldest = await oldestRejected(read, accountNumber(account))
      return oldest.ids.length === 0 ? 0 : commits.write(discardRejected(account, oldest, limits))
    }),
})

/** How long a vacuum may take, in ms. */
const vacuumTimeMs = 600_000

/** Takes rows that were deleted out of the tables and their indexes; see Store.erase. */
const vacuum = async (pool: PgPool): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query({ text: sql.vacuum, query_timeout: vacuumTimeMs })
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

/** A secret of the store, which is made when it is missing. */
const readSecret = async ({ transact, read }: Transactions, name: string): Promise<string> => {
  const values = [name, randomBytes(32).toString('base64url')]
  await transact(async () => ({ result: undefined, last: [{ text: sql.addSecret, values }] }))
  const [found] = await read<{ value: string }>({ text: sql.findSecret, values: [name] })
  if (!found) throw new StoreError('unavailable', 'a secret that was made is gone')
  return found.value
}

/**
 * The outbox in a PostgreSQL database, for any number of relays. Everything is in the schema `pushferry`, which is
 * made when it is missing; the migrations are applied.
 *
 * Uses up to six connections: three for intake and results, three for the rest. It works through PgBouncer in transaction
 * mode: nothing it relies on outlives a transaction, and no parameter is asked for at the start of a connection.
 *
 * - Live records of backends go to the inbox; see inbox.ts. An operation that reads or changes rows first applies what
 *   was acknowledged before.
 * - What rejects with `unavailable` because the connection broke during the commit may have been done all the same.
 *   Every operation can be asked for again: a record is then `unchanged`, a result counts once, and rows that were
 *   leased to nobody's knowledge are given back.
 * - Ages come from a sequence. A transaction takes its numbers before it commits, so a row may become visible after a
 *   younger one, by the length of a transaction; gaps mean nothing.
 * - `erase` ends with a vacuum of the tables, which takes the deleted row out of them and out of their indexes. It takes
 *   seconds where there are tens of millions of rows, and calls that come together share one. Out of its reach are
 *   versions that an open snapshot (a backup under way) still sees, until the next vacuum; bytes in the free space of a
 *   page, until it is used again; the write-ahead log, until it is recycled; standbys, archives and backups, as long as
 *   they are kept. A token that was settled or withdrawn leaves the table with PostgreSQL's own next vacuum, and so does the
 *   objectId of a row that was erased while an upload of it was in flight.
 * - A server that is told to log statements logs their parameters, and so tokens, unless its `log_parameter_max_length`
 *   is 0.
 *
 * Rejects with a StoreError: `no-driver`, `future-schema`, or `unavailable` when the database cannot be reached or used.
 *
 * @example
 * const store = await openPostgresStore('postgres://relay@db.example.com/pushferry')
 */
export const openPostgresStore = async (
  url: string,
  { maxQueued = 1_000_000, maxUnproved = 100_000, now = steadyNow }: StoreOptions = {},
): Promise<Store> => {
  const driver = await loadPg()
  const settings = settingsFor(driver, url)
  // Two pools: one connection each to append to the inbox, to apply it, and to operate on rows; and three for everything else.
  const otherPool = openPool(driver, settings)
  const others = createTransactions(otherPool)
  try {
    await migrate(others, migrations)
  } catch (error) {
    await others.end()
    throw error
  }

  // Shares for each way of counting, so that this store's own do not wait for each other either.
  const share = randomInt(Math.floor(shards / 3)) * 3
  const numbers = createNumberWriter(share + 2)
  const transactions = createTransactions(openPool(driver, settings))
  const listeners = createWorkListeners()
  const commits = createCommits(transactions, others.read, { share, maxQueued, now, tell: listeners.tell })
  const release = createRelease(others, numbers, now)
  const lease = createLease(others, numbers, now, release)
  const holders = createHolders(others, release)
  const vacuums = shareRuns(() => vacuum(otherPool), storeErrorOf)
  const door = new Door()
  const seeing: Parts['seeing'] = (operation) => door.run(() => commits.catchUp().then(operation))
  const parts: Parts = { commits, door, seeing, read: others.read, listeners }
  const end = async (): Promise<void> => {
    await door.close()
    await commits.end()
    await Promise.all([transactions.end(), others.end()])
  }
  let ended: Promise<void> | undefined

  return {
    ...createIntake(parts, { maxQueued, maxUnproved }, () => vacuums.write(undefined)),
    ...createReports(parts),
    lease: (request) => seeing(() => lease(request)),
    complete: (holder, completions) => door.run(() => commits.write(complete(holder, completions))),
    takeSlots: (request) => door.run(() => holders.takeSlots(request)),
    join: (holder, report) => door.run(() => holders.join(holder, report)),
    heartbeat: (holder, report) => door.run(() => holders.heartbeat(holder, report)),
    holders: () => door.run(holders.holders),
    takeOver: (stale) => door.run(() => holders.takeOver(stale)),
    leave: (holder) => door.run(() => holders.leave(holder)),
    secret: (name) => door.run(() => readSecret(others, name)),
    // The way that records take: what keeps those from being stored must not leave the probe well.
    probe: () => door.run(() => commits.appendStatement({ text: sql.touchProbe, values: [share] })),
    onWork: listeners.onWork,
    close: () => {
      ended ??= end()
      return ended
    },
  }
}
