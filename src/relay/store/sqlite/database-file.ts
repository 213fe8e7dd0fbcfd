import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { StoreError } from '../errors.ts'
import { ownsLog } from './log-owner.ts'

const ownerOnly = 0o600

/** Restricts a file to its owner. `least`: permissions that the owner needs. */
const restrictFile = (file: string, least = 0): void => {
  try {
    const stat = statSync(file)
    if (stat.isFile() && ((stat.mode & 0o077) !== 0 || (stat.mode & least) !== least)) chmodSync(file, ownerOnly)
  } catch {
    // A missing log is normal, and a file of another owner keeps its mode; SQLite reports what it cannot open.
  }
}
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
const identityOf = (file: string): string | undefined => {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}
const gone = (): StoreError =>
  new StoreError('unavailable', 'the database file is no longer at its path: put it back, or restart the relay')

/** The database file in the file system, independent of SQLite's open file. */
export class DatabaseFile {
  readonly path: string
  #remembered: string | undefined

  constructor(path: string) {
    this.path = path
  }
  /**
   * With `create`, creates a missing file that only its owner can read, also behind a symbolic link. Keeps an existing file.
   *
   * @throws StoreError (`unavailable`) when the file is missing and must not be created, or cannot be written: SQLite would open it
   * read-only, and leave a shared-memory file that no process may write. StoreError (`foreign-log`) when the log beside it
   * belongs to another file: SQLite would write that log into this file.
   */
  prepare(create: boolean): void {
    const { path } = this
    try {
      // Not exclusive, because an exclusive open refuses a link whose target is missing. SQLite would then create a file that
      // everyone can read.
      if (create) closeSync(openSync(path, 'a', ownerOnly))
    } catch {
      // SQLite opens the same file next and says why it cannot.
    }
    if (!create && identityOf(path) === undefined) throw gone()
    try {
      if (statSync(path, { throwIfNoEntry: false })?.isFile()) accessSync(path, constants.R_OK | constants.W_OK)
    } catch (error) {
      const message = `the database file ${path} cannot be written: change its owner or mode`
      throw new StoreError('unavailable', message, error)
    }
    if (!ownsLog(path))
      throw new StoreError(
        'foreign-log',
        `${path}-wal is not the log of ${path}: after restoring a backup remove it, else put the file back that it belongs to`,
      )
    this.#restrictLog()
  }
  /** Restricts the file, its log and its shared memory to the owner. Call it only after the file has proved to be a Pushferry database. */
  restrict(): void {
    restrictFile(this.path)
    this.#restrictLog()
  }
  /** SQLite creates log and shared memory with the mode that the database has at that moment, and never changes it. */
  #restrictLog(): void {
    for (const suffix of ['-wal', '-shm']) restrictFile(`${this.path}${suffix}`, ownerOnly)
  }
  /** Remembers the file at the path, and returns its device and inode. Call it right after SQLite has opened the path. */
  remember(): string | undefined {
    this.#remembered = identityOf(this.path)
    return this.#remembered
  }
  /**
   * Compares device and inode of the path with the remembered file. Costs a few microseconds, so that it can precede every commit.
   *
   * @throws StoreError (`unavailable`) when the file was removed, moved, replaced or unmounted.
   */
  assertSame(): void {
    if (identityOf(this.path) !== this.#remembered) throw gone()
  }
  /** Sizes of the file and its log; 0 for a missing one. */
  bytes(): { database: number; wal: number } {
    return { database: sizeOf(this.path), wal: sizeOf(`${this.path}-wal`) }
  }
}
