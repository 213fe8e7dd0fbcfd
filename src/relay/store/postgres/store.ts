import { randomBytes, randomInt } from 'node:crypto'
import { putBulkBy } from '../bulk.ts'
import { StoreError } from '../errors.ts'
import { readMigrations } from '../migrations/migration.ts'
import type { NewEntry, PutResult, Store, StoreOptions } from '../port.ts'
import { accountNumber } from './accounts.ts'
import { createCleanUp } from './clean-up.ts'
import { createTransactions } from './connection.ts'
import { loadPg, type PgPool, settingsFor } from './driver.ts'
import { createGroupRun } from './group.ts'
import { createGroupCommit } from './group-commit.ts'
import { createHolders } from './holders.ts'
import { type Append, createAppendRun, createApply } from './inbox.ts'
import { checkStorable, erase, put, withdraw } from './intake.ts'
import { createLease } from './lease.ts'
import { migrate } from './migrate.ts'
import { createNumberWriter, shards } from './numbers.ts'
import type { Operation } from './operation.ts'
import { counts, history, pagesOf, refusedPages, rejected, retry } from './reports.ts'
import { findable, known, type RowColumns, rowOf, statusOf } from './row.ts'
import { settle } from './settle.ts'
import { sql } from './statements.ts'
import { createWakeUp } from './wake-up.ts'
import { idColumns } from './work.ts'

/** Connections for intake and results: one to append to the inbox, one to apply it, one for operations on rows. */
const rowsConnections = 3
/** Connections for everything else but listening. */
const otherConnections = 3
/** How long an append may wait to be applied where nobody asks for its records, in ms. */
const applyAfterMs = 100

/** Schemas before these were never released; a database that has one is refused. */
const migrations = readMigrations(new URL('./migrations/', import.meta.url))

/** Whether nobody waits for what becomes of a record: its sender may have the row, whatever there is. */
const isForInbox = ({ sender, lane, replaceLive }: NewEntry): boolean =>
  sender === 'trusted' && lane === 'live' && replaceLive
const countByAccount = (entries: readonly NewEntry[]): ReadonlyMap<string, number> => {
  const rows = new Map<string, number>()
  for (const { account } of entries) rows.set(account, (rows.get(account) ?? 0) + 1)
  return rows
}

/**
 * The outbox in a PostgreSQL database, for any number of relays. Everything stands in the schema `pushferry`, which is
 * made when it is missing; the migrations are applied.
 *
 * Uses up to seven connections: three for intake and results, three for the rest, one to listen. It works through PgBouncer
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
  { maxQueued = 1_000_000, now = Date.now }: StoreOptions = {},
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
    await migrate(others, migrations)
  } catch (error) {
    await Promise.all([rowsPool.end(), others.end()])
    throw error
  }

  // A share for each, so that this store's own ways of counting do not wait for each other either.
  const share = randomInt(Math.floor(shards / 3)) * 3
  const rowsTransactions = createTransactions(rowsPool)
  const wakeUp = createWakeUp(() => new driver.Client(settings), others)
  const runRows = createGroupRun(rowsTransactions, createNumberWriter(share + 1), now)
  const rows = createGroupCommit(runRows, ({ keys }: Operation<unknown>) => keys.length)
  /** A group answers each operation with its own result. */
  const write = <T>(operation: Operation<T>): Promise<T> => rows.write(operation) as Promise<T>

  const applyPending = createApply(rowsTransactions, createNumberWriter(share + 2))
  const applies = createGroupCommit(
    async (group: readonly undefined[]) => {
      await applyPending()
      return group.map((value) => ({ value }))
    },
    () => 0,
  )
  /** Resolves once every record that was acknowledged before is in the tables. */
  const caughtUp = async (): Promise<void> => {
    const [inbox] = await others.read<{ pending: boolean }>({ text: sql.isPending })
    if (inbox?.pending) await applies.write(undefined)
  }
  let applying: NodeJS.Timeout | undefined
  const applySoon = (): void => {
    applying ??= setTimeout(() => {
      applying = undefined
      // Fails where the database does, of which others hear; the next who looks applies it.
      applies.write(undefined).catch(() => {})
    }, applyAfterMs)
  }
  const runAppend = createAppendRun(rowsTransactions, { maxQueued, now, apply: applyPending })
  const appends = createGroupCommit(
    async (group: readonly Append[]) => {
      const answers = await runAppend(group)
      const taken = group.flatMap(({ entries }, at) => (answers[at] && 'value' in answers[at] ? entries : []))
      if (taken.length > 0) {
        applySoon()
        wakeUp.ring(countByAccount(taken))
      }
      return answers
    },
    ({ entries }) => entries.length,
  )
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
  /** The same for what has to see every record that was acknowledged before. */
  const seeing = <T>(operation: () => Promise<T>): Promise<T> => run(() => caughtUp().then(operation))
  const alone = (text: string, ...values: readonly unknown[]): Promise<void> =>
    others.transact(async () => ({ result: undefined, last: [{ text, values }] }))

  /** Takes records whose results somebody waits for. */
  const putSeen = async (entries: readonly NewEntry[]): Promise<readonly PutResult[]> => {
    checkStorable(entries)
    await caughtUp()
    const results = await write(put(entries, maxQueued))
    wakeUp.ring(countByAccount(entries))
    return results
  }
  /** Of an append without `run`, whose promises would cost a record as much as its place in a group. */
  const putAll = (entries: readonly NewEntry[]): Promise<readonly PutResult[]> => {
    if (closed) return Promise.reject(isClosed())
    if (!entries.every(isForInbox)) return run(() => putSeen(entries))
    try {
      checkStorable(entries)
    } catch (error) {
      return Promise.reject(error)
    }
    return appends.write({ entries }) as Promise<readonly PutResult[]> // what its run answers an append with
  }

  return {
    put: putAll,
    putBulk: putBulkBy(putAll),
    withdraw: (account, objectId) => seeing(async () => write(withdraw(account, objectId))),
    erase: (account, objectId) =>
      seeing(async () => {
        const erased = await write(erase(account, objectId))
        await cleanUp()
        return erased
      }),
    find: (account, objectId) =>
      seeing(async () => {
        const ids = idColumns([{ account: accountNumber(account), objectId: findable(objectId) }])
        const [columns] = await others.read<RowColumns>({ text: sql.findRows, values: ids })
        const row = columns && known(rowOf(columns))
        return row && statusOf(objectId, row)
      }),

    lease: (request) => seeing(async () => lease(request)),
    settle: (holder, settlements) => run(() => write(settle(holder, settlements))),
    takeSlots: (request) => run(() => holders.takeSlots(request)),
    join: (holder, report) => run(() => holders.join(holder, report)),
    beat: (holder, report) => run(() => holders.beat(holder, report)),
    holders: () => run(holders.holders),
    reap: (stale) => run(() => holders.reap(stale)),
    leave: (holder) => run(() => holders.leave(holder)),

    counts: (account) => seeing(async () => counts(others.read, accountNumber(account))),
    history: (account, since) => seeing(async () => history(others.read, accountNumber(account), since)),
    count: (account, event, by) =>
      run(() =>
        write({
          keys: [],
          counted: [account],
          run: ({ delta }) => delta.event(String(accountNumber(account)), event, by),
        }),
      ),
    rejected: (account, page) => seeing(async () => rejected(others.read, accountNumber(account), page)),
    retryRejected: (account, { objectIds, code }) =>
      seeing(async () => {
        const pages = objectIds ? pagesOf(objectIds) : refusedPages(others.read, accountNumber(account), code)
        let retried = 0
        for await (const ids of pages) retried += await write(retry(account, ids, code))
        wakeUp.ring(new Map([[account, retried]]))
        return retried
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
      run(async () => {
        await appends.write({ entries: [], writes: [{ text: sql.touchProbe, values: [share] }] })
      }),
    onWork: wakeUp.onWork,
    close: () => {
      closed ??= (async () => {
        await Promise.allSettled(underWay)
        clearTimeout(applying)
        await Promise.all([appends.idle(), applies.idle(), rows.idle()])
        clearTimeout(applying)
        await wakeUp.close()
        await Promise.all([rowsTransactions.end(), others.end()])
      })()
      return closed
    },
  }
}
