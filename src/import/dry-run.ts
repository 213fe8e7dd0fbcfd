import type { NewEntry } from '../relay/store/port.ts'
import { checkRows, type ImportedRow } from './check-rows.ts'
import { ImportError } from './error.ts'
import { keepNewest } from './newest.ts'
import type { Plan } from './plan.ts'
import { sampleSize } from './probe.ts'
import type { Rejects } from './rejects.ts'
import type { ImportEnd, ImportProgress } from './run.ts'
import { createSample } from './sample.ts'
import { setAside } from './set-aside.ts'

/**
 * Reads and checks every row and stores nothing. `queued` counts the valid rows, although the store may know some of them.
 * Resolves to a sample of the valid rows.
 */
export const dryRun = async (
  plans: readonly Plan[],
  parts: {
    account: string
    rejects: Rejects | undefined
    progress: ImportProgress
    signal: AbortSignal
    random?: () => number
  },
): Promise<ImportEnd & { sample: readonly NewEntry[] }> => {
  const { account, rejects, progress, signal, random } = parts
  const sample = createSample<ImportedRow>(sampleSize, random)
  const { tally } = progress
  const checked = checkRows(
    keepNewest(setAside(plans, tally, rejects), tally),
    {
      tally,
      rejects,
      onBytes: (bytes) => {
        progress.bytes += bytes
      },
      signal,
    },
    (row) => {
      sample.add(row)
      tally.read++
      tally.queued++
    },
  )
  const ended = await checked.then(
    () => ({ how: signal.aborted ? ('interrupted' as const) : ('enqueued' as const), failure: undefined }),
    (error: unknown) => {
      if (error instanceof ImportError) return { how: 'failed' as const, failure: error.message }
      throw error
    },
  )
  const taken = sample.taken().map((row): NewEntry => {
    return { ...row, account, priority: 'import', sender: 'trusted', replaceLive: false }
  })
  return { ...ended, waiting: undefined, refusedBefore: undefined, sample: taken }
}
