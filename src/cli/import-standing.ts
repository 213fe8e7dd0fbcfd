import type { ImportProgress } from '../relay/import/run.ts'
import { rejectedIn } from '../relay/import/tally.ts'
import { count, duration } from '../relay/status/view/words.ts'
import type { UploadState } from '../relay/uploads.ts'
import { describeTrouble } from './network-trouble.ts'
import { createRate } from './rate.ts'
import type { Standing } from './status-line.ts'

const reading = ({ tally, bytes, bytesTotal }: ImportProgress, perSecond: number | undefined): Standing => {
  const { read, queued, unchanged } = tally
  const rate = perSecond === undefined ? '' : `${count(perSecond)} rows/s  `
  return {
    title: 'reading',
    share: bytesTotal === undefined || bytesTotal === 0 ? undefined : Math.min(1, bytes / bytesTotal),
    words: `${rate}${count(read)} rows: ${count(queued)} queued, ${count(unchanged)} unchanged, ${count(rejectedIn(tally))} rejected`,
  }
}

const trouble = ({ upload, reason }: UploadState): string | undefined => {
  if (upload === 'failing') return `CleverTap cannot be reached, trying again: ${describeTrouble(reason ?? '')}`
  return upload === 'suspended' ? (reason ?? 'CleverTap refuses the credentials') : undefined
}

const uploading = (
  { counts, countsBefore, tally }: ImportProgress,
  note: (value: number) => number | undefined,
  state: UploadState,
): Standing => {
  if (!counts || !countsBefore) return { title: 'uploading', share: undefined, words: '' }
  const waiting = counts.queued.import + counts.uploading
  const before = countsBefore.queued.import + countsBefore.uploading
  const whole = Math.max(before, tally.queued, 1)
  const since = (name: 'accepted' | 'rejected' | 'deferred'): number => counts.events[name] - countsBefore.events[name]
  const perSecond = note(since('accepted') + since('rejected'))
  const putOff = Math.min(since('deferred'), counts.queued.import)
  const parts = [
    perSecond ? `${count(perSecond)} records/s` : undefined,
    `${count(whole - waiting)} of ${count(whole)} done`,
    since('rejected') > 0 ? `${count(since('rejected'))} rejected` : undefined,
    putOff > 0 ? `${count(putOff)} put off by CleverTap` : undefined,
    perSecond && waiting > 0 ? `about ${duration((waiting / perSecond) * 1000)} to go` : undefined,
    trouble(state),
  ]
  return {
    title: 'uploading',
    share: (whole - waiting) / whole,
    words: parts.filter((part) => part !== undefined).join(', '),
  }
}

/** Puts an import's progress into words, with rates measured over the last half minute. */
export const createStanding = (
  progress: ImportProgress,
  state: () => UploadState,
  elapsed?: () => number,
): (() => Standing) => {
  const rows = createRate(elapsed)
  const records = createRate(elapsed)
  return () => {
    switch (progress.phase) {
      case 'reading':
        return reading(progress, rows.note(progress.tally.read))
      case 'uploading':
        return uploading(progress, records.note, state())
      case 'tracing':
        return { title: 'finding', share: undefined, words: 'the lines of what CleverTap rejected' }
    }
  }
}
