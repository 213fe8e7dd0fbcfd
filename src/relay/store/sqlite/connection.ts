import { StoreError } from '../errors.ts'
import type { Migration } from '../migrations/migration.ts'
import type { SqlDatabase, SqlRow } from './driver.ts'

/** SQLite's primary result codes that we tell apart (sqlite.org/rescode.html). */
export const resultCode = { busy: 5, locked: 6, full: 13 } as const

/** The primary result code of an error that came out of SQLite; undefined for any other error. */
export const codeOf = (error: unknown): number | undefined => {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : undefined
}

/** Copies the log into the database file and cuts it off; false when another connection is in the way. */
export const emptyLog = (database: SqlDatabase): boolean =>
  (database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as SqlRow).busy === 0

/** A log that has grown longer than this, beside a reader that held it open, is cut off once it has been copied, in bytes. */
const longestLogBytes = 16 * 1024 * 1024

/**
 * Sets up a fresh connection.
 * WAL with FULL: a commit returns after its fsync. secure_delete: what is deleted or overwritten is zeroed in the file,
 * so that a settled or erased token cannot be read back from it. A checkpoint every 1,000 pages keeps the slowest commit
 * short. The busy time-out serves the start only: later the transactions wait for the lock outside SQLite, because
 * waiting inside it stops the whole process.
 */
export const configure = (database: SqlDatabase, busyTimeoutMs: number): void => {
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('PRAGMA secure_delete = ON')
  database.exec('PRAGMA wal_autocheckpoint = 1000')
  database.exec(`PRAGMA journal_size_limit = ${longestLogBytes}`)
  database.exec('PRAGMA cache_size = -65536')
}

/** Applies what is missing of the schema, under SQLite's write lock; refuses a schema that a newer release has made. */
export const migrate = (database: SqlDatabase, migrations: readonly Migration[]): void => {
  const version = (): number => Number((database.prepare('PRAGMA user_version').get() as SqlRow).user_version)
  const newest = migrations.at(-1)?.number ?? 0
  const oldest = migrations[0]?.number ?? 0
  if (version() > 0 && version() < oldest)
    throw new StoreError(
      'future-schema',
      `the database has schema ${version()}, from before the first release: start with a new file and import its tokens again`,
    )
  if (version() < newest) {
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
  }
  if (version() > newest)
    throw new StoreError(
      'future-schema',
      `the database has schema ${version()}, but this release knows only up to ${newest}: use a newer release`,
    )
}
