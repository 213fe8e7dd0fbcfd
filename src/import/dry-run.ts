import type { NewEntry } from '../relay/store/port.ts'
import { checkRows, type ImportedRow } from './check-rows.ts'
import { ImportError } from './error.ts'
import { keepNewest } from './newest.ts'
import type { Plan } from './plan.ts'
import { sampleSize } from './probe.ts'
import type { Rejects } from './rejects.ts'
import { createRepeats } from './repeats.ts'
import type { ImportEnd, ImportProgress } from './run.ts'
import { createSample } from './sample.ts'
import { setAside } from './set-aside.ts'

/**
 * Reads and checks every row and stores nothing. `queued` and `unchanged` are those of an import into an empty store, although the store
 * may know some of the rows. Resolves to a sample of the valid rows.
 */
export const dryRun = async (
  plans: readonly Plan[],
  parts: {
    account: string
    rejects: Rejects | undefined
    progress: ImportProgress
    replace: boolean
    signal: AbortSignal
    random?: () => number
  },
): Promise<ImportEnd & { sample: readonly NewEntry[] }> => {
  const { account, rejects, progress, replace, signal, random } = parts
  const sample = createSample<ImportedRow>(sampleSize, random)
  const repeats = createRepeats(replace)
  const { tally } = progress
  const onBytes = (bytes: number): void => {
    progress.bytes += bytes
  }
  const check = async (): Promise<Pick<ImportEnd, 'how' | 'failure'>> => {
    try {
      await checkRows(
        keepNewest(setAside(plans, tally, rejects), tally),
        { tally, rejects, onBytes, signal },
        (row) => {
          sample.add(row)
          tally.read++
          tally.queued++
          return repeats.add(row)
        },
      )
      return { how: signal.aborted ? 'interrupted' : 'enqueued', failure: undefined }
    } finally {
      const unchanged = await repeats.count()
      tally.queued -= unchanged
      tally.unchanged += unchanged
    }
  }
  const ended = await check()
    .catch((error: unknown) => {
      if (error instanceof ImportError) return { how: 'failed' as const, failure: error.message }
      throw error
    })
    .finally(repeats.close)
  const taken = sample.taken().map((row): NewEntry => {
    return { ...row, account, priority: 'import', sender: 'trusted', replaceLive: false }
  })
  return { ...ended, waiting: undefined, refusedBefore: undefined, sample: taken }
}
