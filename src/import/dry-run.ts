import type { NewEntry } from '../relay/store/port.ts'
import { enqueue, type ImportedRow } from './enqueue.ts'
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
  const ended = await enqueue(keepNewest(setAside(plans, progress.tally, rejects), progress.tally), {
    put: async (rows) => {
      for (const row of rows) sample.add(row)
      return rows.map(() => ({ result: 'queued' }))
    },
    pause: async () => {},
    tally: progress.tally,
    rejects,
    onBytes: (bytes) => {
      progress.bytes += bytes
    },
    signal,
  }).then(
    (how) => ({ how: how === 'done' ? ('enqueued' as const) : how, failure: undefined }),
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
