import { createOwnerFile } from './owner-file.ts'
import { type RefusedRow, writingOf } from './rejects-writing.ts'
import type { Rejection, Shape } from './row.ts'

/** A file of rejected rows of one shape. It can be imported after the rows are corrected. */
export interface RejectsFile {
  readonly path: string
  add(row: RefusedRow, rejection: Rejection): void
  close(): void
}

/**
 * Makes a file for rejected rows of one shape. Replaces earlier content; only the owner can read it.
 *
 * @throws ImportError (`usage`) when it cannot be written; (`failed`) from `add` and `close` when it can no longer be written.
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
