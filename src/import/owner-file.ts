import { appendFileSync, closeSync, fchmodSync, fstatSync, openSync } from 'node:fs'
import { ImportError } from './error.ts'

/** A file that only its owner can read, because it holds tokens. */
export interface OwnerFile {
  write(lines: string): void
  close(): void
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder: give the name of a file',
  EACCES: 'you have no permission to write there',
  EPERM: 'the file belongs to another user; choose another name',
  EROFS: 'that disk is read-only',
  ENOSPC: 'the disk is full',
}

/**
 * Makes a file with mode 0600, even if it exists or a link leads to it. Replaces earlier content.
 *
 * @param option the option that named the path, for errors.
 * @throws ImportError (`usage`) when it cannot be made; (`failed`) from `write` when it can no longer be written.
 */
export const createOwnerFile = (path: string, option: string): OwnerFile => {
  if (path === '-')
    throw new ImportError('usage', `${option} -: give the name of a file, or ./- for one with this name`)
  const attempt = <T>(kind: ImportError['kind'], act: () => T): T => {
    try {
      return act()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      const why = reasons[code] ?? `it cannot be written (${code})`
      throw new ImportError(kind, `${option} ${path}: ${why}`, { cause: error })
    }
  }
  const file = attempt('usage', () => {
    const opened = openSync(path, 'w', 0o600)
    // An existing file, also behind a link, would keep its own mode.
    if (fstatSync(opened).isFile()) fchmodSync(opened, 0o600)
    return opened
  })
  return {
    write: (lines) => attempt('failed', () => appendFileSync(file, lines)),
    close: () => closeSync(file),
  }
}
