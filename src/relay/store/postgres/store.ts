import { randomBytes, randomInt } from 'node:crypto'
import { putBulkBy } from '../bulk.ts'
import { StoreError } from '../errors.ts'
import { postgresMigrations } from '../migrations/postgres.ts'
import type { AcceptedRow, Store, StoreOptions } from '../port.ts'
import { accountNumber } from './accounts.ts'
import { createCleanUp } from './clean-up.ts'
import { createTransactions } from './connection.ts'
import { loadPg, type PgPool, settingsFor } from './driver.ts'
import { createGroupRun } from './group.ts'
import { createGroupCommit } from './group-commit.ts'
import { createHolders } from './holders.ts'
import { erase, put, withdraw } from './intake.ts'
import { createLease } from './lease.ts'
import { migrate } from './migrate.ts'
import { createNumberWriter, shards } from './numbers.ts'
import { counts, discardRejected, history, oldestRejected, pagesOf, refusedPages, rejected, retry } from './reports.ts'
import { createRoom } from './room.ts'
import { findable, known, type RowColumns, rowOf, statusOf } from './row.ts'
import { settle } from './settle.ts'
import { sql } from './statements.ts'
import { createWakeUp } from './wake-up.ts'
import { idColumns } from './work.ts'

/** Connections for intake and results: one for groups of small operations, one for large ones. */
const rowsConnections = 2
/** Connections for everything else but listening. */
const otherConnections = 4

/**
 * The outbox in a PostgreSQL database, for any number of relays. Everything stands in the schema `pushferry`, which is
 * made when it is missing; the migrations are applied.
 *
 * Uses up to seven connections: two for intake and results, four for the rest, one to listen. It works through PgBouncer
 * in transaction mode: nothing it relies on outlives a transaction, and no parameter is asked for at the start of a
 * connection. Only the wake-up by other processes does not come through there, and uploaders poll.
 *
 * - What rejects with `unavailable` because the connection broke during the commit may have been done all the same.
 *   Every operation can be asked for again: a record is then `unchanged`, a result counts once, and rows that were
 *   leased to nobody's knowledge are given back.
 * - Ages come from a sequence. A transaction takes its numbers before it commits, so a row may become visible after a
 *   younger one of another relay, by the length of a transaction; gaps mean nothing.
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
  { maxQueued = 1_000_000, maxUnproved = 100_000, now = Date.now }: StoreOptions = {},
): Promise<Store> => {
  const driver = await loadPg()
  const settings = settingsFor(driver, url)
  const openPool = (max: number): PgPool => {
    const pool = new driver.Pool({ ...settings, max, idleTimeoutMillis: 60_000 })
    // A connection that breaks fails what is asked of it; one that nobody uses is missed by nobody.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }
  const rowsPool = openPool(rowsConnections)
  const otherPool = openPool(otherConnections)
  const others = createTransactions(otherPool)
  try {
    await migrate(others, postgresMigrations)
  } catch (error) {
    await Promise.all([rowsPool.end(), others.end()])
    throw error
  }

  // A share for each, so that this store's own ways of counting do not wait for each other either.
  const share = randomInt(Math.floor(shards / 3)) * 3
  const rowsTransactions = createTransactions(rowsPool)
  const room = createRoom(rowsTransactions, maxQueued)
  const wakeUp = createWakeUp(() => new driver.Client(settings), others)
  const runWith = (part: number) =>
    createGroupRun(rowsTransactions, createNumberWriter(share + part), room, {
      maxQueued,
      maxUnproved,
      now,
      onTaken: wakeUp.ring,
    })
  const group = createGroupCommit(runWith(1), runWith(2))
  const otherNumbers = createNumberWriter(share)
  const lease = createLease(others, otherNumbers, now)
  const holders = createHolders(others, otherNumbers, now)
  const cleanUp = createCleanUp(otherPool)

  let closed: Promise<void> | undefined
  const isClosed = (): StoreError => new StoreError('closed', 'the store is closed')
  const underWay = new Set<Promise<unknown>>()
  /** Runs an operation unless the store is closed; closing waits for it. Hands its promise on as it is: see late.ts. */
  const run = <T>(operation: () => Promise<T>): Promise<T> => {
    if (closed) return Promise.reject(isClosed())
    const promise = operation()
    underWay.add(promise)
    const end = (): void => void underWay.delete(promise)
    promise.then(end, end)
    return promise
  }
  const alone = (text: string, ...values: readonly unknown[]): Promise<void> =>
    others.transact(async () => ({ result: undefined, last: [{ text, values }] }))

  /** Without `run`, whose promises would cost a record as much as its place in a group. */
  const putAll: Store['put'] = (entries) =>
    closed ? Promise.reject(isClosed()) : group.write(put(entries, { maxQueued, maxUnproved }))

  return {
    put: putAll,
    putBulk: putBulkBy(putAll),
    withdraw: (account, objectId) => run(() => group.write(withdraw(account, objectId))),
    erase: (account, objectId) =>
      run(async () => {
        const erased = await group.write(erase(account, objectId))
        await cleanUp()
        return erased
      }),
    find: (account, objectId) =>
      run(async () => {
        const ids = idColumns([{ account: accountNumber(account), objectId: findable(objectId) }])
        const [columns] = await others.read<RowColumns>({ text: sql.findRows, values: ids })
        const row = columns && known(rowOf(columns))
        return row && statusOf(objectId, row)
      }),

    lease: (request) => run(() => lease(request)),
    settle: (holder, settlements) => run(() => group.write(settle(holder, settlements))),
    takeSlots: (request) => run(() => holders.takeSlots(request)),
    join: (holder, report) => run(() => holders.join(holder, report)),
    beat: (holder, report) => run(() => holders.beat(holder, report)),
    holders: () => run(holders.holders),
    reap: (stale) => run(() => holders.reap(stale)),
    leave: (holder) => run(() => holders.leave(holder)),

    counts: (account) => run(async () => counts(others.read, accountNumber(account))),
    history: (account, since) => run(async () => history(others.read, accountNumber(account), since)),
    count: (account, event, by) =>
      run(() =>
        group.write({
          keys: [],
          counted: [account],
          run: ({ delta }) => delta.event(String(accountNumber(account)), event, by),
        }),
      ),
    rejected: (account, page) => run(async () => rejected(others.read, accountNumber(account), page)),
    accepted: (account, { limit, after = '' }) =>
      run(() => others.read<AcceptedRow>({ text: sql.acceptedRows, values: [accountNumber(account), after, limit] })),
    retryRejected: (account, { objectIds, code }) =>
      run(async () => {
        const pages = objectIds ? pagesOf(objectIds) : refusedPages(others.read, accountNumber(account), code)
        let retried = 0
        for await (const ids of pages) retried += await group.write(retry(account, ids, code))
        wakeUp.ring(new Map([[account, retried]]))
        return retried
      }),

    discardRejected: (account, limits) =>
      run(async () => {
        const oldest = await oldestRejected(others.read, accountNumber(account))
        return oldest.ids.length === 0 ? 0 : group.write(discardRejected(account, oldest, limits))
      }),
    secret: (name) =>
      run(async () => {
        await alone(sql.addSecret, name, randomBytes(32).toString('base64url'))
        const [found] = await others.read<{ value: string }>({ text: sql.findSecret, values: [name] })
        if (!found) throw new StoreError('unavailable', 'a secret that was made is gone')
        return found.value
      }),
    // The way that records take: what keeps those from being stored must not leave the probe well.
    probe: () =>
      run(() => group.write({ keys: [], writes: [{ text: sql.touchProbe, values: [share] }], run: () => undefined })),
    onWork: wakeUp.onWork,
    close: () => {
      closed ??= (async () => {
        await Promise.allSettled(underWay)
        await group.idle()
        await wakeUp.close()
        await Promise.all([rowsTransactions.end(), others.end()])
      })()
      return closed
    },
  }
}
