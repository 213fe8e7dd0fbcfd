import type { StoreAccount } from '../relay/config/types.ts'
import { StoreError } from '../relay/store/errors.ts'
import type { Counts, Store } from '../relay/store/port.ts'
import type { Uploads } from '../relay/uploader/uploads.ts'
import { createFittingPut } from './capacity.ts'
import { enqueue } from './enqueue.ts'
import { ImportError } from './error.ts'
import { keepNewest } from './newest.ts'
import { patientPut } from './patient-put.ts'
import type { Plan } from './plan.ts'
import { traceRefusals } from './refusals.ts'
import type { Rejects } from './rejects.ts'
import { setAside } from './set-aside.ts'
import { type SettleEnd, untilSettled } from './settle.ts'
import { createTally, type Tally } from './tally.ts'
import { createThrottle } from './throttle.ts'

/** The progress of an import, kept current while it runs. */
export interface ImportProgress {
  phase: 'reading' | 'uploading' | 'tracing'
  tally: Tally
  /** Bytes read of the inputs, as they lie on the disk; and all that there are, undefined when that is not known. */
  bytes: number
  bytesTotal: number | undefined
  /** The last and the first counts of the store during the upload. */
  counts: Counts | undefined
  countsBefore: Counts | undefined
  /** Whether it waits for room in the queue. */
  isQueueFull: boolean
}

export interface ImportParts {
  plans: readonly Plan[]
  account: Pick<StoreAccount, 'id' | 'uploadTimeoutMs'>
  store: Pick<Store, 'put' | 'holders' | 'counts' | 'rejected'>
  /** Undefined: another process uploads, and the import does not wait for it. */
  uploads: Uploads | undefined
  replace: boolean
  rejects: Rejects | undefined
  /** Longest of each wait for uploads, in ms; undefined: until they are complete. */
  waitMs: number | undefined
  progress: ImportProgress
  signal: AbortSignal
}

/** How an import ended. `enqueued`: all is in the store, and it was not asked to wait for the upload. */
export interface ImportEnd {
  how: 'enqueued' | SettleEnd | 'failed'
  /** Why it failed, for people. */
  failure: string | undefined
  /** Records that wait in the store or are on their way; undefined where that is not known. */
  waiting: number | undefined
  /** Records of the store that CleverTap refused before; undefined where that is not known. */
  refusedBefore: number | undefined
}

export const createProgress = (plans: readonly Plan[]): ImportProgress => {
  const sizes = plans.map(({ input }) => input.sizeBytes)
  return {
    phase: 'reading',
    tally: createTally(),
    bytes: 0,
    bytesTotal: sizes.reduce<number | undefined>(
      (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
      0,
    ),
    counts: undefined,
    countsBefore: undefined,
    isQueueFull: false,
  }
}

/** Longest time from the time-out of a request until its results are written, in ms. */
const settlingMs = 5_000

const failureOf = (error: unknown): string => {
  if (error instanceof ImportError) return error.message
  if (error instanceof StoreError) return `the store cannot be read: ${error.message}`
  throw error
}

/**
 * Imports: reads, checks and queues every row, lets `uploads` carry them to CleverTap meanwhile, waits until all of it is
 * settled, and finds the rows that CleverTap refused. `progress.tally` has the counts.
 *
 * While the queue is full it waits for uploads.
 *
 * Everything that is counted as queued is durable, so it can be interrupted anywhere and run again: rows that the store
 * knows are `unchanged` then. Never rejects because of input, store or CleverTap; starts and stops `uploads`, and leaves
 * the store open.
 */
export const runImport = async (parts: ImportParts): Promise<ImportEnd> => {
  const { plans, account, store, uploads, replace, rejects, progress, signal } = parts
  const { tally } = progress
  const startedAt = Date.now()
  let refused = 0
  await uploads?.start()

  const putEntries = createFittingPut({
    put: (entries) => patientPut(store, entries),
    store,
    account: account.id,
    uploads,
    waitMs: parts.waitMs,
    signal,
    onFull: (isFull) => {
      progress.isQueueFull = isFull
    },
  })

  const run = async (): Promise<Pick<ImportEnd, 'how' | 'failure'>> => {
    const enqueued = await enqueue(keepNewest(setAside(plans, tally, rejects), tally), {
      put: (rows) =>
        putEntries(
          rows.map(({ objectId, token, warnings }) => ({
            account: account.id,
            objectId,
            token,
            warnings,
            priority: 'import',
            sender: 'trusted',
            replaceLive: replace,
          })),
        ),
      ...createThrottle(store, () => uploads?.holder()),
      tally,
      rejects,
      onBytes: (bytes) => {
        progress.bytes += bytes
      },
      signal,
    })
    if (!uploads) return { how: enqueued === 'done' ? 'enqueued' : enqueued, failure: undefined }
    const queuedUntil = Date.now()
    progress.phase = 'uploading'
    const how = await untilSettled({
      store,
      account: account.id,
      uploads,
      queuedUntil,
      longestUploadMs: account.uploadTimeoutMs + settlingMs,
      waitMs: parts.waitMs,
      signal,
      onLook: (counts) => {
        progress.countsBefore ??= counts
        progress.counts = counts
      },
    })
    progress.phase = 'tracing'
    refused = await traceRefusals({ store, account: account.id, plans, startedAt, queuedUntil, tally, rejects, signal })
    return { how: enqueued === 'interrupted' ? enqueued : how, failure: undefined }
  }

  try {
    const end = await run().catch((error: unknown) => ({ how: 'failed', failure: failureOf(error) }) as const)
    await uploads?.stop()
    const counts = await store.counts(account.id).catch(() => undefined)
    return {
      ...end,
      waiting: counts && counts.queued.import + counts.uploading,
      refusedBefore: counts && Math.max(0, counts.rejected - refused),
    }
  } catch (error) {
    await uploads?.stop()
    throw error
  }
}
