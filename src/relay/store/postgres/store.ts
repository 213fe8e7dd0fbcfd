import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { steadyNow } from '../../steady-clock.ts'
import { type Operations, untilClosed } from '../each-operation.ts'
import { GroupCommit } from '../group-commit.ts'
import { readMigrations } from '../migrations/migration.ts'
import type { Store, StoreOptions } from '../port.ts'
import { put } from '../rules/apply-record.ts'
import { type RowColumns, rowOf } from '../rules/columns.ts'
import { isForInbox } from '../rules/inbox-record.ts'
import { erase, withdraw } from '../rules/remove.ts'
import { createReports } from '../rules/reports.ts'
import { complete } from '../rules/results.ts'
import { known, statusOf } from '../rules/row.ts'
import { createWorkListeners, type WorkListeners } from '../work-listeners.ts'
import { accountNumber } from './accounts.ts'
import { createCommits } from './commits.ts'
import { createTransactions, poolSize, type Transactions } from './connection.ts'
import { loadPg, rowsFrom, settingsFor } from './driver.ts'
import { storeErrorOf } from './failure.ts'
import { migrate } from './migrate.ts'
import { checkStorable, findable } from './row.ts'
import { sql } from './statements.ts'
import { createUploads } from './upload.ts'

/** Earlier schemas were never released; a database with one of them is refused. */
const migrations = readMigrations(new URL('./migrations/', import.meta.url))

const openPool = (driver: typeof pg, settings: pg.PoolConfig): pg.Pool => {
  const pool = new driver.Pool({ ...settings, max: poolSize, idleTimeoutMillis: 60_000 })
  // A broken connection fails the statement that uses it, so an idle one needs no handling.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Removes deleted rows from the tables and their indexes; see Store.erase. The timeout is in ms. */
const vacuum = { text: sql.vacuum, query_timeout: 600_000 }

/** Reads a secret of the store, and makes it when it is missing. */
const readSecret = ({ transact }: Transactions, name: string): Promise<string> =>
  transact(async ({ ask }) => {
    const values = [name, randomBytes(32).toString('base64url')]
    const [, found] = await ask({ text: sql.addSecret, values }, { text: sql.findSecret, values: [name] })
    const [secret] = rowsFrom<{ value: string }>(found)
    if (!secret) throw new Error('a secret that was made is gone')
    return { result: secret.value, last: [] }
  })

/** The parts that the operations share. Each pool has its own kind of transactions, so that intake waits for nothing else. */
interface Parts {
  /** For appends to the inbox and operations on rows. */
  intake: Transactions
  /** For everything else. */
  others: Transactions
  listeners: WorkListeners
}

/** Makes the operations, and `end`, which waits for those in progress. Call it when no more operations follow. */
const createOperations = (
  { intake, others, listeners: { tell } }: Parts,
  { maxQueued = 1_000_000, maxUnproved = 100_000, now = steadyNow }: StoreOptions,
): { operations: Operations; end(): Promise<void> } => {
  const { append, write, apply, catchUp, end } = createCommits(intake, others.read, { maxQueued, now, tell })
  const uploads = createUploads(others, now, (holder, completions) => write(complete(holder, completions)))

  // Erasures that arrive during a vacuum share the next one.
  const vacuums = new GroupCommit<undefined>({
    run: (group) => others.read(vacuum).then(() => group.map((value) => ({ value }))),
    failureOf: storeErrorOf,
    afterFailure: () => 'reject',
  })
  const operations: Operations = {
    ...uploads,
    ...createReports({
      catchUp,
      query: (name, account, ...values) =>
        others.read({ text: sql[name], values: [accountNumber(account), ...values] }),
      write,
      tell,
    }),
    put: async (entries) => {
      checkStorable(entries)
      if (entries.every(isForInbox)) return append(entries)
      // Appends that began earlier are committed when this resolves, so that an import finds their records.
      if (entries.some(({ priority }) => priority === 'import')) await append([])
      const results = await write(put(entries, { maxQueued, maxUnproved }))
      for (const { account } of entries) tell(account, 1)
      return results
    },
    withdraw: (account, objectId) => write(withdraw(account, objectId)),
    erase: async (account, objectId) => {
      const erased = await write(erase(account, objectId))
      // A transaction that waits for its turn has a snapshot, and a vacuum removes nothing that a snapshot may see. Turns are given in
      // the order of their requests, so after these two no snapshot is older than the erasure.
      await append([])
      await apply()
      await vacuums.write(undefined)
      return erased
    },
    find: async (account, objectId) => {
      await catchUp()
      const values = [[accountNumber(account)], [findable(objectId)]]
      const [columns] = await others.read<RowColumns>({ text: sql.findRows, values })
      const row = columns && known(rowOf(columns))
      return row && statusOf(objectId, row)
    },
    lease: (request) => catchUp().then(() => uploads.lease(request)),
    secret: (name) => readSecret(others, name),
    // Uses the same path as records, so that the probe fails whenever records cannot be stored.
    probe: () => append([]).then(apply),
  }
  return { operations, end }
}

/**
 * The outbox in a PostgreSQL database, for any number of relays. Everything is in the schema `pushferry`, which is
 * created when it is missing; migrations are applied.
 *
 * Uses up to six connections: three for intake and results, three for the rest. It works through PgBouncer in transaction
 * mode: nothing it relies on outlives a transaction, and connections have only start parameters that PgBouncer knows.
 *
 * - An operation that reads or changes rows first applies the records in the inbox that were acknowledged before.
 * - An operation that rejects with `unavailable` because the connection broke during the commit may have succeeded. Every operation
 *   can be repeated: a record is then `unchanged`, a result counts once, and rows of an unknown lease are returned.
 * - `erase` ends with a vacuum of the tables, which removes the deleted row from them and from their indexes. It takes seconds with
 *   tens of millions of rows, and concurrent calls share one. docs/security.md says what it does not reach. PostgreSQL's own next
 *   vacuum removes the token of a completed or withdrawn row, and the objectId of a hold, from the table.
 *
 * Rejects with a StoreError: `no-driver`, `future-schema`, or `unavailable` when the database cannot be reached or used.
 */
export const openPostgresStore = async (url: string, options: StoreOptions = {}): Promise<Store> => {
  const driver = await loadPg()
  const settings = settingsFor(driver, url)
  const others = createTransactions(openPool(driver, settings))
  try {
    await migrate(others, migrations)
  } catch (error) {
    await others.end()
    throw error
  }
  const intake = createTransactions(openPool(driver, settings))
  const listeners = createWorkListeners()
  const { operations, end } = createOperations({ intake, others, listeners }, options)
  return {
    ...untilClosed(operations, async () => {
      await end()
      await Promise.all([intake.end(), others.end()])
    }),
    onWork: listeners.onWork,
  }
}
