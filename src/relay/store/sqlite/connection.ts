import { StoreError } from '../errors.ts'
import { readMigrations, refuseSchema } from '../migrations/migration.ts'
import type { StoreOptions } from '../port.ts'
import type { DatabaseFile } from './database-file.ts'
import type { SqlDatabase, SqlDriver, SqlRow } from './driver.ts'
import { prepareStatements, type Statements } from './statements.ts'

export interface Connection {
  database: SqlDatabase
  sql: Statements
  /** Which file is open; see DatabaseFile.remember. */
  file: string | undefined
  /** Throws when the path no longer names the open file. */
  assertCurrent(): void
  /** Increments the number in the file's first page, at most once a minute; see log-owner.ts. Call it inside a transaction. */
  countUp(): void
}

/** The primary result codes of SQLite that are handled differently (sqlite.org/rescode.html). */
const resultCode = { busy: 5, locked: 6, corrupt: 11, full: 13 } as const

/** The primary result code of an error that came out of SQLite; undefined for any other error. */
const codeOf = (error: unknown): number | undefined => {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}
/** Whether another process holds the lock. */
export const isLocked = (error: unknown): boolean =>
  codeOf(error) === resultCode.busy || codeOf(error) === resultCode.locked

const messages: ReadonlyMap<number | undefined, string> = new Map([
  [resultCode.full, 'the disk is full'],
  [resultCode.corrupt, 'the database file is damaged: stop the relay and restore a backup'],
])
export const storeErrorOf = (error: unknown): StoreError =>
  error instanceof StoreError
    ? error
    : new StoreError('unavailable', messages.get(codeOf(error)) ?? 'the database does not take it now', error)

/** Copies the log into the database file and truncates it; false when another connection prevents that. */
export const emptyLog = (database: SqlDatabase): boolean =>
  (database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as SqlRow).busy === 0

/** Longest wait of a start for another process's lock, in ms. Only the start may block the process. */
const startPatienceMs = 5_000
/** The log is truncated to this size, in bytes, after it is copied. It gets longer only while a reader keeps it open. */
const longestLogBytes = 16 * 1024 * 1024

/**
 * WAL with FULL: a commit returns after its fsync. secure_delete: deleted and overwritten data is zeroed in the file, so that the token
 * of a completed or erased row cannot be read from it. A checkpoint every 1,000 pages keeps the slowest commit short. The busy
 * time-out is for the start only: later, transactions wait for the lock outside SQLite, because a wait inside it blocks the process.
 */
const configure = (database: SqlDatabase, busyTimeoutMs: number, options: StoreOptions): void => {
  const { cacheBytes = 64 * 1024 * 1024, logPages = 1_000 } = options
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('PRAGMA secure_delete = ON')
  database.exec(`PRAGMA wal_autocheckpoint = ${logPages}`)
  database.exec(`PRAGMA journal_size_limit = ${longestLogBytes}`)
  database.exec(`PRAGMA cache_size = -${Math.round(cacheBytes / 1024)}`)
}

/** Applies missing migrations under SQLite's write lock. */
const migrate = (database: SqlDatabase): void => {
  const migrations = readMigrations(new URL('./migrations/', import.meta.url))
  const version = (): number => Number((database.prepare('PRAGMA user_version').get() as SqlRow).user_version)
  refuseSchema(version(), migrations, 'start with a new file')
  if (version() === migrations.at(-1)?.number) return
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const { number, sql } of migrations) {
      if (number <= version()) continue
      database.exec(sql)
      database.exec(`PRAGMA user_version = ${number}`)
    }
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
  // A newer release may have migrated it first.
  refuseSchema(version(), migrations, '')
}

/** Interval between two increments of the number by which a log is matched to its file, in ms; see log-owner.ts. */
const countUpMs = 60_000
const createCountUp = (database: SqlDatabase): (() => void) => {
  let doneAt = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - doneAt < countUpMs) return
    doneAt = performance.now()
    const { application_id: number } = database.prepare('PRAGMA application_id').get() as SqlRow
    database.exec(`PRAGMA application_id = ${Number(number) + 1}`)
  }
}

/** Makes the function that opens the database, at first and after a connection was dropped. */
export const createOpen =
  ({ DatabaseSync }: SqlDriver, file: DatabaseFile, options: StoreOptions): ((isFirst: boolean) => Connection) =>
  (isFirst) => {
    file.prepare(isFirst)
    const database = new DatabaseSync(file.path)
    const opened = file.remember()
    try {
      configure(database, isFirst ? startPatienceMs : 0, options)
      migrate(database)
      file.restrict()
      const connection = {
        database,
        sql: prepareStatements(database),
        file: opened,
        assertCurrent: () => file.assertSame(),
        countUp: createCountUp(database),
      }
      database.exec('PRAGMA busy_timeout = 0')
      // After a failed fsync and a crash the log may be only in the system's cache. Copying and syncing it now makes it durable.
      emptyLog(database)
      return connection
    } catch (error) {
      database.close()
      throw error
    }
  }

/**
 * The connection of a store. After an error other than a lock or a full disk it is reopened before the next use, so that a database
 * that becomes available again works without a restart.
 */
export class Reconnecting {
  readonly #open: (isFirst: boolean) => Connection
  readonly #onLoss: () => void
  #connection: Connection | undefined
  /** The error that SQLite reported for a damaged file. */
  #damage: { file: string | undefined; error: unknown } | undefined

  constructor(open: (isFirst: boolean) => Connection, onLoss: () => void) {
    this.#open = open
    this.#onLoss = onLoss
    this.#connection = open(true)
  }
  /** @throws what `open` throws, and a StoreError when the path no longer names the open file. */
  use(): Connection {
    this.#connection ??= this.#open(false)
    try {
      this.#connection.assertCurrent()
    } catch (error) {
      this.#giveUp()
      throw error
    }
    return this.#connection
  }
  /** @throws the error of an operation that has met damage in this file. Other pages of the file may still be written. */
  assertUndamaged(): void {
    const { file } = this.use()
    if (this.#damage?.file === file) throw this.#damage?.error
  }
  /** Drops a connection that may never work again, such as one that was opened while the disk was not writable. */
  doubt(error: unknown): void {
    const code = codeOf(error)
    if (code === resultCode.corrupt) this.#damage = { file: this.#connection?.file, error }
    if (code !== undefined && code !== resultCode.full && !isLocked(error)) this.#giveUp()
  }
  close(): void {
    try {
      // SQLite does this itself when the last connection closes, but @photostructure/sqlite keeps a connection half open until
      // its statements are collected. Tokens of completed and erased rows must not stay in the log until then.
      if (this.#connection) emptyLog(this.#connection.database)
    } catch {
      // The log is read again at the next start.
    }
    this.#giveUp()
  }
  #giveUp(): void {
    try {
      this.#connection?.database.close()
    } catch {
      // The connection no longer works, so there is nothing to save.
    }
    this.#connection = undefined
    this.#onLoss()
  }
}
