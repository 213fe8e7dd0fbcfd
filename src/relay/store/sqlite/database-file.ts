import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { StoreError } from '../errors.ts'

/** The database file as the file system knows it, apart from what SQLite has open. */
export interface DatabaseFile {
  /**
   * Makes the file readable for its owner alone, and likewise the log and the shared memory beside it where they exist, because
   * tokens are in them. `create` makes a missing file, also the target of a symbolic link.
   *
   * @throws StoreError (`unavailable`) when the file is missing and must not be created.
   */
  prepare(create: boolean): void
  /** Remembers which file the path names now. Call it right after SQLite has opened the path. */
  remember(): void
  /**
   * Compares device and inode of the path with the remembered file. Costs a few microseconds, so that it can precede every commit.
   *
   * @throws StoreError (`unavailable`) when the file was removed, moved, replaced or unmounted.
   */
  assertSame(): void
}

const ownerOnly = 0o600

const restrict = (file: string): void => {
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, ownerOnly)
  } catch {
    // A missing log is normal, and a file of another owner keeps its mode; SQLite reports what it cannot open.
  }
}

const identityOf = (file: string): string | undefined => {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}

export const createDatabaseFile = (file: string): DatabaseFile => {
  let remembered: string | undefined
  const gone = (): StoreError =>
    new StoreError('unavailable', 'the database file is no longer at its path: put it back, or restart the relay')
  return {
    prepare: (create) => {
      if (create)
        try {
          // Not exclusive, because an exclusive open refuses a link whose target is missing; SQLite would then create it for all.
          closeSync(openSync(file, 'a', ownerOnly))
        } catch {
          // SQLite opens the same file next and says why it cannot.
        }
      else if (identityOf(file) === undefined) throw gone()
      for (const suffix of ['', '-wal', '-shm']) restrict(`${file}${suffix}`)
    },
    remember: () => {
      remembered = identityOf(file)
    },
    assertSame: () => {
      if (identityOf(file) !== remembered) throw gone()
    },
  }
}
