import { createOwnerFile } from './owner-file.ts'
import { type RefusedRow, writingOf } from './rejects-writing.ts'
import type { Rejection, Shape } from './row.ts'

/** A file of refused rows in one shape. Once the rows are corrected, it can be imported. */
export interface RejectsFile {
  readonly path: string
  add(row: RefusedRow, rejection: Rejection): void
  close(): void
}

/**
 * Makes a file for refused rows of one shape; its earlier content is gone, and only its owner may read it.
 *
 * @throws ImportError (`usage`) when it cannot be written; (`failed`) from `add` and `close` when it no longer can.
 */
export const createRejectsFile = (path: string, shape: Shape): RejectsFile => {
  const { start, between, end, row: written } = writingOf(shape)
  const file = createOwnerFile(path, '--rejects')
  let rows = 0
  let waiting = start
  const flush = (): void => {
    file.write(waiting)
    waiting = ''
  }
  return {
    path,
    add: (row, rejection) => {
      waiting += (rows++ > 0 ? between : '') + written(row, rejection)
      if (waiting.length > 65_536) flush()
    },
    close: () => {
      waiting += rows > 0 || shape.kind === 'json' ? end : ''
      flush()
      file.close()
    },
  }
}
