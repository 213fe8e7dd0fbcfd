import type { StoreAccount } from '../relay/config/types.ts'
import { StoreError } from '../relay/store/errors.ts'
import type { Counts, NewEntry, Store } from '../relay/store/port.ts'
import type { Uploads } from '../relay/uploader/uploads.ts'
import { createFittingPut } from './capacity.ts'
import type { ImportedRow } from './check-rows.ts'
import { enqueue } from './enqueue.ts'
import { ImportError } from './error.ts'
import { keepNewest } from './newest.ts'
import { patientPut } from './patient-put.ts'
import type { Plan } from './plan.ts'
import { traceRefusals } from './refusals.ts'
import type { Rejects } from './rejects.ts'
import { setAside } from './set-aside.ts'
import { createTally, type Tally } from './tally.ts'
import { createThrottle } from './throttle.ts'
import { type UploadEnd, untilUploaded } from './until-uploaded.ts'

/** The progress of an import, kept current while it runs. */
export interface ImportProgress {
  phase: 'reading' | 'queueing' | 'uploading' | 'tracing'
  tally: Tally
  /** Bytes read from the inputs on disk, and their total; undefined when the total is unknown. */
  bytes: number
  bytesTotal: number | undefined
  /** Number of valid rows that are read but not queued yet. */
  held: number
  /** `held` when the last row was read. */
  heldBefore: number
  /** The last and the first counts of the store during the upload. */
  counts: Counts | undefined
  countsBefore: Counts | undefined
  /** Whether the import waits because the queue is full. */
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

/** How an import ended. `enqueued`: all rows are in the store, and the import does not wait for the upload. */
export interface ImportEnd {
  how: 'enqueued' | UploadEnd | 'failed'
  /** Why it failed, for people. */
  failure: string | undefined
  /** Number of queued and uploading records; undefined when the store cannot be read. */
  waiting: number | undefined
  /** Number of records that CleverTap had refused before; undefined when the store cannot be read. */
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
    held: 0,
    heldBefore: 0,
    counts: undefined,
    countsBefore: undefined,
    isQueueFull: false,
  }
}

/** Longest time from the time-out of a request until its results are written, in ms. */
const writingMs = 5_000

const failureOf = (error: unknown): string => {
  if (error instanceof ImportError) return error.message
  if (error instanceof StoreError) return `the store cannot be read: ${error.message}`
  throw error
}

/**
 * Runs an import: reads and checks every row, queues valid rows while `uploads` uploads them, waits until CleverTap has accepted
 * or refused all of them, and finds the refused rows. `progress.tally` has the counts. Waits for uploads while the queue is full.
 *
 * Every row that is counted as queued is durable, so the import can be interrupted at any point and run again: rows that the
 * store knows are then `unchanged`. Never rejects because of input, store or CleverTap. Starts and stops `uploads`, and leaves the
 * store open.
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

  const entryOf = ({ objectId, token, shownKeys, warnings }: ImportedRow): NewEntry => {
    // Member by member, because spreading each row would make an import take 50 % longer.
    const entry: NewEntry = {
      account: account.id,
      objectId,
      token,
      warnings,
      priority: 'import',
      sender: 'trusted',
      replaceLive: replace,
    }
    if (shownKeys) entry.shownKeys = shownKeys
    return entry
  }
  const run = async (): Promise<Pick<ImportEnd, 'how' | 'failure'>> => {
    const enqueued = await enqueue(keepNewest(setAside(plans, tally, rejects), tally), {
      put: (rows) => putEntries(rows.map(entryOf)),
      ...createThrottle(store, () => uploads?.holder()),
      tally,
      rejects,
      onBytes: (bytes) => {
        progress.bytes += bytes
      },
      onHeld: (held, phase) => {
        progress.phase = phase
        progress.held = held
        if (phase === 'reading') progress.heldBefore = held
      },
      signal,
    })
    if (!uploads) return { how: enqueued === 'done' ? 'enqueued' : enqueued, failure: undefined }
    const queuedUntil = Date.now()
    progress.phase = 'uploading'
    const how = await untilUploaded({
      store,
      account: account.id,
      uploads,
      queuedUntil,
      longestUploadMs: account.uploadTimeoutMs + writingMs,
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
