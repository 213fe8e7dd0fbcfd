import { realpathSync } from 'node:fs'
import { extname } from 'node:path'
import { ImportError } from './error.ts'
import type { Plan } from './plan.ts'
import { createRejectsFile, type RejectsFile } from './rejects-file.ts'
import type { RefusedRow } from './rejects-writing.ts'
import type { Rejection, Shape } from './row.ts'

/** Receives the rejected rows. */
export interface Rejects {
  add(shape: Shape, row: RefusedRow, rejection: Rejection): void
  /** The files, in the order of the inputs that they are for. */
  paths: readonly string[]
  close(): void
}

const realPath = (path: string): string | undefined => {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

/** `rejects.csv`, `rejects-2.csv` … */
const numbered = (path: string, number: number): string => {
  const ending = extname(path)
  return number === 1 ? path : `${path.slice(0, path.length - ending.length)}-${number}${ending}`
}

/**
 * Makes the file of `--rejects`. Inputs with different formats or columns cannot share a file: each one that differs from the
 * first gets another file, with a number in its name.
 *
 * @throws ImportError (`usage`) when a file cannot be written or is one of the inputs.
 */
export const createRejects = (path: string, plans: readonly Plan[]): Rejects => {
  const keyOf = (shape: Shape): string => JSON.stringify(shape)
  const shapes = new Map(plans.map(({ shape }) => [keyOf(shape), shape]))
  const inputs = plans.map(({ input }) => realPath(input.name))
  const paths = [...shapes].map((_, at) => numbered(path, at + 1))
  const clash = paths.find((one) => realPath(one) !== undefined && inputs.includes(realPath(one)))
  if (clash !== undefined) throw new ImportError('usage', `--rejects would overwrite an input: ${clash}`)
  const files = new Map<string, RejectsFile>()
  for (const [at, [key, shape]] of [...shapes].entries()) files.set(key, createRejectsFile(paths[at] ?? path, shape))
  return {
    add: (shape, row, rejection) => files.get(keyOf(shape))?.add(row, rejection),
    paths,
    close: () => {
      for (const file of files.values()) file.close()
    },
  }
}
