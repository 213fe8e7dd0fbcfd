import type { ImportProgress } from '../import/run.ts'
import { rejectedIn } from '../import/tally.ts'
import { count, counted, duration } from '../relay/operations/status/view/words.ts'
import type { UploadState } from '../relay/uploader/uploads.ts'
import { describeTrouble } from './network-trouble.ts'
import { createRate } from './rate.ts'
import type { Progress } from './status-line.ts'

/** The rates that one phase needs, each over the last half minute. */
interface Rates {
  perSecond: number | undefined
  /** The remaining time in ms; undefined while it is unknown. */
  toGoMs: number | undefined
}

const toGo = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : `about ${duration(Math.max(1_000, ms))} to go`

const present = (parts: readonly (string | undefined)[]): string[] => parts.filter((part) => part !== undefined)

const reading = ({ tally, held, bytes, bytesTotal }: ImportProgress, { perSecond, toGoMs }: Rates): Progress => ({
  title: 'reading',
  share: bytesTotal === undefined || bytesTotal === 0 ? undefined : Math.min(1, bytes / bytesTotal),
  words: present([
    perSecond === undefined ? undefined : `${count(perSecond)} rows/s`,
    toGo(toGoMs),
    counted(tally.read + held, 'row'),
    `${count(rejectedIn(tally))} rejected`,
  ]),
})

const queueing = (
  { tally, held, heldBefore, isQueueFull }: ImportProgress,
  perSecond: number | undefined,
  state: UploadState,
): Progress => ({
  title: 'queueing',
  share: heldBefore === 0 ? undefined : 1 - held / heldBefore,
  words: present([
    isQueueFull ? 'the queue is full (PUSHFERRY_MAX_QUEUED), waiting for uploads' : undefined,
    isQueueFull ? trouble(state) : undefined,
    perSecond === undefined ? undefined : `${count(perSecond)} rows/s`,
    perSecond ? toGo((held / perSecond) * 1000) : undefined,
    `${count(heldBefore - held)} of ${counted(heldBefore, 'row')}`,
    `${count(rejectedIn(tally))} rejected`,
    `${count(tally.unchanged)} unchanged`,
    `${count(tally.queued)} queued`,
  ]),
})

const trouble = ({ upload, reason }: UploadState): string | undefined => {
  if (upload === 'failing') return `CleverTap cannot be reached, retrying: ${describeTrouble(reason ?? '')}`
  return upload === 'suspended' ? (reason ?? 'CleverTap refuses the credentials') : undefined
}

const uploading = (
  { counts, countsBefore, tally }: ImportProgress,
  note: (value: number) => number | undefined,
  state: UploadState,
): Progress => {
  if (!counts || !countsBefore) return { title: 'uploading', share: undefined, words: [] }
  const waiting = counts.queued.import + counts.uploading
  const before = countsBefore.queued.import + countsBefore.uploading
  const whole = Math.max(before, tally.queued, 1)
  const since = (name: 'accepted' | 'rejected' | 'deferred'): number => counts.events[name] - countsBefore.events[name]
  const perSecond = note(since('accepted') + since('rejected'))
  const deferred = Math.min(since('deferred'), counts.queued.import)
  return {
    title: 'uploading',
    share: (whole - waiting) / whole,
    words: present([
      trouble(state),
      perSecond ? `${count(perSecond)} records/s` : undefined,
      perSecond && waiting > 0 ? toGo((waiting / perSecond) * 1000) : undefined,
      `${count(whole - waiting)} of ${count(whole)} done`,
      since('rejected') > 0 ? `${count(since('rejected'))} rejected` : undefined,
      deferred > 0 ? `${count(deferred)} deferred by CleverTap` : undefined,
    ]),
  }
}

/** Puts an import's progress into words, with rates measured over the last half minute. */
export const createImportProgress = (
  progress: ImportProgress,
  state: () => UploadState,
  elapsed?: () => number,
): (() => Progress) => {
  const rows = createRate(elapsed)
  const bytes = createRate(elapsed)
  const queued = createRate(elapsed)
  const records = createRate(elapsed)
  const readingRates = (): Rates => {
    const perSecond = rows.note(progress.tally.read + progress.held)
    const bytesPerSecond = bytes.note(progress.bytes)
    const left = progress.bytesTotal === undefined ? undefined : progress.bytesTotal - progress.bytes
    return { perSecond, toGoMs: left !== undefined && bytesPerSecond ? (left / bytesPerSecond) * 1000 : undefined }
  }
  return () => {
    switch (progress.phase) {
      case 'reading':
        return reading(progress, readingRates())
      case 'queueing':
        return queueing(progress, queued.note(progress.heldBefore - progress.held), state())
      case 'uploading':
        return uploading(progress, records.note, state())
      case 'tracing':
        return { title: 'finding', share: undefined, words: ['the lines of rejected records'] }
    }
  }
}
