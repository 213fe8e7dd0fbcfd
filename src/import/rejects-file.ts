import { appendFileSync, closeSync, fchmodSync, fstatSync, openSync } from 'node:fs'
import { ImportError } from './error.ts'
import { type RefusedRow, writingOf } from './rejects-writing.ts'
import type { Rejection, Shape } from './row.ts'

/** A file of refused rows in one shape: mended, it can be imported as it is. */
export interface RejectsFile {
  readonly path: string
  add(row: RefusedRow, rejection: Rejection): void
  close(): void
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder, and must be a file',
  EACCES: 'you may not write there',
  EPERM: 'the file belongs to another user; choose another name',
  EROFS: 'that disk is read-only',
  ENOSPC: 'the disk is full',
}

/**
 * Makes a file for refused rows of one shape; what was in it before is gone. It holds tokens, so nobody but its owner may
 * read it.
 *
 * @throws ImportError (`usage`) when it cannot be written; (`failed`) from `add` and `close` when it no longer can.
 */
export const createRejectsFile = (path: string, shape: Shape): RejectsFile => {
  const { start, between, end, row: written } = writingOf(shape)
  const attempt = (kind: ImportError['kind'], act: () => void): void => {
    try {
      act()
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      throw new ImportError(kind, `--rejects ${path}: ${reasons[code] ?? `it cannot be written (${code})`}`, {
        cause: error,
      })
    }
  }
  let file = -1
  let rows = 0
  let waiting = start
  const flush = (): void => {
    attempt('failed', () => appendFileSync(file, waiting))
    waiting = ''
  }
  attempt('usage', () => {
    file = openSync(path, 'w', 0o600)
    // A file that was there before, or that a link leads to, keeps its own mode.
    if (fstatSync(file).isFile()) fchmodSync(file, 0o600)
  })
  return {
    path,
    add: (row, rejection) => {
      waiting += (rows++ > 0 ? between : '') + written(row, rejection)
      if (waiting.length > 65_536) flush()
    },
    close: () => {
      waiting += rows > 0 || shape.kind === 'json' ? end : ''
      flush()
      closeSync(file)
    },
  }
}
