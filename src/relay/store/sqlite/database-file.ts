import { accessSync, chmodSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { StoreError } from '../errors.ts'
import { ownsLog } from './log-owner.ts'

const ownerOnly = 0o600

/** `least`: rights that the owner has to have. */
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

/** The database file as the file system knows it, apart from what SQLite has open. */
export class DatabaseFile {
  readonly path: string
  #remembered: string | undefined

  constructor(path: string) {
    this.path = path
  }
  /**
   * Makes a missing file for its owner alone, also where a symbolic link leads to it, if `create`. Changes nothing about one
   * that exists.
   *
   * @throws StoreError (`unavailable`) when the file is missing and must not be created, or cannot be written: SQLite would
   * open it for reading alone, and leave a shared-memory file behind that nobody may write. StoreError (`foreign-log`) when the
   * log beside it belongs to another file, which SQLite would write into this one.
   */
  prepare(create: boolean): void {
    const { path } = this
    try {
      // Not exclusive, because an exclusive open refuses a link whose target is missing; SQLite would then create it for all.
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
  /**
   * Takes everybody's rights but the owner's from the file and from the log and shared memory beside it, because tokens are in
   * them. Call it only once the file has proved to be a database of ours: the path in the settings may name anything by mistake.
   */
  restrict(): void {
    restrictFile(this.path)
    this.#restrictLog()
  }
  /** SQLite makes them with the mode that the database has at that moment, and never changes it. */
  #restrictLog(): void {
    for (const suffix of ['-wal', '-shm']) restrictFile(`${this.path}${suffix}`, ownerOnly)
  }
  /** Remembers which file the path names now, and returns its device and inode. Call it right after SQLite has opened the path. */
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
  /** Sizes of the file and of the log beside it; 0 for one that is not there. */
  bytes(): { database: number; wal: number } {
    return { database: sizeOf(this.path), wal: sizeOf(`${this.path}-wal`) }
  }
}
