import { StoreError } from '../relay/store/errors.ts'
import { loadSqlite, type SqlDatabase } from '../relay/store/sqlite/driver.ts'
import { ImportError } from './error.ts'

/*
 * Measured with a million pairs of key and CleverTap ID, Node 20, processor time: 6 µs a pair to insert and index, 9 µs for a
 * look-up. In batches of 1,500 sorted keys a look-up takes 5 µs. That would save a tenth of an import, but every reader would
 * have to collect its keys first. A Map in memory takes 350 MB for a million pairs.
 */

/** Size of SQLite's cache; the rest of the database is on disk. */
const cacheKib = 32 * 1024

/**
 * Opens a temporary SQLite database for data that is too large for memory. Its file is in the folder for temporary files, without
 * a name, and only its owner can read it. It disappears when it is closed or the process ends for any reason.
 *
 * @throws ImportError (`usage`) when this Node has no SQLite.
 */
export const openTemporaryDatabase = async (option: string): Promise<SqlDatabase> => {
  try {
    const { DatabaseSync } = await loadSqlite()
    const database = new DatabaseSync('')
    database.exec(`PRAGMA cache_size = -${cacheKib}`)
    return database
  } catch (error) {
    throw explainTemporary(option, error)
  }
}

/** Turns an error of such a database into a message for people. Returns an ImportError unchanged. */
export const explainTemporary = (option: string, error: unknown): unknown => {
  if (error instanceof ImportError) return error
  if (error instanceof StoreError)
    return error.code === 'no-driver'
      ? new ImportError('usage', `${option}: ${error.message}`, { cause: error })
      : error
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return error
  return new ImportError(
    'failed',
    `${option}: its temporary file cannot be written (${error.message}); set SQLITE_TMPDIR to another folder`,
    { cause: error },
  )
}
