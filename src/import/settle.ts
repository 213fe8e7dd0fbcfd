import { setTimeout as sleep } from 'node:timers/promises'
import type { Counts, Store } from '../relay/store/port.ts'
import type { Uploads } from '../relay/uploader/uploads.ts'
import { readReports } from './read-reports.ts'

/** Why the waiting for uploads was over. `refused`: nobody's credentials are good, so nothing would ever be settled. */
export type SettleEnd = 'settled' | 'interrupted' | 'refused' | 'late'

export interface SettleParts {
  store: Pick<Store, 'counts' | 'holders'>
  account: string
  uploads: Pick<Uploads, 'state' | 'holder'>
  /** When the last record was queued, ms since the epoch. */
  queuedUntil: number
  /** How long a request to CleverTap and the writing of its results can take, in ms. */
  longestUploadMs: number
  /** How long it is waited at most, in ms; undefined: until it is over. */
  waitMs: number | undefined
  signal: AbortSignal
  onLook: (counts: Counts) => void
  /** Monotonic ms. */
  elapsed?: () => number
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Interval between looks at the store, in ms. */
export const lookEveryMs = 500

/** Waits; an abort ends it early. */
export const nap = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal }).catch(() => {})

/** Whether CleverTap refuses the credentials of every process that uploads for the account. */
export const isRefused = async ({
  store,
  account,
  uploads,
}: Pick<SettleParts, 'account' | 'uploads'> & { store: Pick<Store, 'holders'> }): Promise<boolean> => {
  if (uploads.state(account).upload !== 'suspended') return false
  const holders = await store.holders().catch(() => [])
  const others = readReports(
    holders.filter(({ id }) => id !== uploads.holder()),
    account,
  )
  return others.every(({ upload }) => upload === 'suspended')
}

/**
 * Whether all imported records up to a time are settled, as far as numbers tell. An imported record on its way counts
 * among all that are uploading; that it is not one of them is sure when none is, when the oldest is younger than the
 * import, or when no import has been waiting for longer than an upload takes.
 */
export const isSettled = (
  { queued, uploading, oldestReceivedAt }: Counts,
  { queuedUntil, longestUploadMs, calmMs }: { queuedUntil: number; longestUploadMs: number; calmMs: number },
): boolean =>
  queued.import === 0 &&
  (uploading === 0 || oldestReceivedAt === null || oldestReceivedAt > queuedUntil || calmMs > longestUploadMs)

/**
 * Waits until every imported record is accepted or rejected, also when another process uploads it. Continues to wait while the
 * store or CleverTap cannot be reached.
 */
export const untilSettled = async (parts: SettleParts): Promise<SettleEnd> => {
  const { store, account, queuedUntil, longestUploadMs, waitMs = Number.POSITIVE_INFINITY, signal } = parts
  const { onLook, elapsed = () => performance.now(), wait = nap } = parts
  const begun = elapsed()
  let calmSince: number | undefined

  for (;;) {
    const counts = await store.counts(account).catch(() => undefined)
    if (counts) {
      onLook(counts)
      if (counts.queued.import > 0) calmSince = undefined
      else calmSince ??= elapsed()
      const calmMs = calmSince === undefined ? 0 : elapsed() - calmSince
      if (isSettled(counts, { queuedUntil, longestUploadMs, calmMs })) return 'settled'
    }
    if (signal.aborted) return 'interrupted'
    if (await isRefused(parts)) return 'refused'
    if (elapsed() - begun >= waitMs) return 'late'
    await wait(lookEveryMs, signal)
  }
}
