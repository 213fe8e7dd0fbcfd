import { setTimeout as sleep } from 'node:timers/promises'
import type { Counts, Store } from '../relay/store/port.ts'
import type { Uploads } from '../relay/uploader/uploads.ts'
import { readReports } from './read-reports.ts'

/** Why a wait for uploads ended. `refused`: CleverTap refuses the credentials of every process. `late`: after `waitMs`. */
export type UploadEnd = 'uploaded' | 'interrupted' | 'refused' | 'late'

export interface WaitParts {
  store: Pick<Store, 'counts' | 'holders'>
  account: string
  uploads: Pick<Uploads, 'state' | 'holder'>
  /** When the last record was queued, ms since the epoch. */
  queuedUntil: number
  /** Longest time for a request to CleverTap and the writing of its results, in ms. */
  longestUploadMs: number
  /** Longest wait, in ms; undefined: no limit. */
  waitMs: number | undefined
  signal: AbortSignal
  onLook: (counts: Counts) => void
  /** Monotonic ms. */
  elapsed?: () => number
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Interval between reads of the store's counts, in ms. */
export const lookEveryMs = 500
/** The first interval; each is twice the one before, up to `lookEveryMs`, so that a small import ends as soon as it is uploaded. */
const firstLookMs = 20

/** Waits; an abort ends it early. */
export const nap = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal }).catch(() => {})

/** Whether CleverTap refuses the credentials of every process that uploads for the account. */
export const isRefused = async ({
  store,
  account,
  uploads,
}: Pick<WaitParts, 'account' | 'uploads'> & { store: Pick<Store, 'holders'> }): Promise<boolean> => {
  if (uploads.state(account).upload !== 'suspended') return false
  const holders = await store.holders().catch(() => [])
  const others = readReports(
    holders.filter(({ id }) => id !== uploads.holder()),
    account,
  )
  return others.every(({ upload }) => upload === 'suspended')
}

/**
 * Whether all records imported up to `queuedUntil` are accepted or rejected, judged by counts. The count of uploading records
 * includes live ones. No uploading record is imported if the oldest record is newer than the import, or if the queue has had no
 * imported records (for `calmMs`) for longer than an upload takes.
 */
export const isUploaded = (
  { queued, uploading, oldestReceivedAt }: Counts,
  { queuedUntil, longestUploadMs, calmMs }: { queuedUntil: number; longestUploadMs: number; calmMs: number },
): boolean =>
  queued.import === 0 &&
  (uploading === 0 || oldestReceivedAt === null || oldestReceivedAt > queuedUntil || calmMs > longestUploadMs)

/**
 * Waits until every imported record is accepted or rejected, by this process or another. Continues to wait while the store or
 * CleverTap cannot be reached.
 */
export const untilUploaded = async (parts: WaitParts): Promise<UploadEnd> => {
  const { store, account, queuedUntil, longestUploadMs, waitMs = Number.POSITIVE_INFINITY, signal } = parts
  const { onLook, elapsed = () => performance.now(), wait = nap } = parts
  const begun = elapsed()
  let calmSince: number | undefined

  for (let nextMs = firstLookMs; ; nextMs = Math.min(2 * nextMs, lookEveryMs)) {
    const counts = await store.counts(account).catch(() => undefined)
    if (counts) {
      onLook(counts)
      if (counts.queued.import > 0) calmSince = undefined
      else calmSince ??= elapsed()
      const calmMs = calmSince === undefined ? 0 : elapsed() - calmSince
      if (isUploaded(counts, { queuedUntil, longestUploadMs, calmMs })) return 'uploaded'
    }
    if (signal.aborted) return 'interrupted'
    if (await isRefused(parts)) return 'refused'
    if (elapsed() - begun >= waitMs) return 'late'
    await wait(nextMs, signal)
  }
}
