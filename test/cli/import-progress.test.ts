import { describe, expect, it } from 'vitest'
import { createImportProgress } from '../../src/cli/import-progress.ts'
import type { ImportProgress } from '../../src/import/run.ts'
import type { Counts } from '../../src/relay/store/port.ts'

const progress = (more: Partial<ImportProgress> = {}): ImportProgress => ({
  phase: 'reading',
  tally: { read: 0, queued: 0, unchanged: 0, rejected: new Map(), skipped: new Map(), unmatched: 0 },
  bytes: 0,
  bytesTotal: 1000,
  held: 0,
  heldBefore: 0,
  counts: undefined,
  countsBefore: undefined,
  isQueueFull: false,
  ...more,
})
/** The numbers of a store of which only these are looked at. */
const counts = (waiting: number, uploading: number, accepted: number): Counts =>
  ({ queued: { live: 0, import: waiting }, uploading, events: { accepted, rejected: 0, deferred: 0 } }) as Counts
/** The progress of this state, and how to let time pass. */
const startProgress = (state: ImportProgress) => {
  let now = 0
  const shown = createImportProgress(
    state,
    () => ok,
    () => now,
  )
  return {
    shown,
    wait: (ms: number): void => {
      now += ms
    },
  }
}
const ok = { upload: 'ok', reason: null, waitMs: 0, inFlight: 0, limit: 3 } as const

describe('the progress of an import', () => {
  it('has the rate and the time to go from how fast the bytes of its files are read', () => {
    const state = progress()
    const { shown, wait } = startProgress(state)
    shown()
    wait(10_000)
    state.bytes = 250
    state.held = 4950
    Object.assign(state.tally, { read: 50, rejected: new Map([[530, 50]]) })
    expect(shown()).toEqual({
      title: 'reading',
      share: 0.25,
      words: ['500 rows/s', 'about 30 s to go', '5,000 rows', '50 rejected'],
    })
  })

  it('begins anew for queueing, with the time to go from how fast rows are queued', () => {
    const state = progress({ held: 20_000, heldBefore: 20_000 })
    const { shown, wait } = startProgress(state)
    shown()
    wait(10_000)
    state.phase = 'queueing'
    state.bytes = 1000
    Object.assign(state.tally, { read: 50, rejected: new Map([[530, 50]]) })
    expect(shown()).toEqual({
      title: 'queueing',
      share: 0,
      words: ['0 of 20,000 rows', '50 rejected', '0 unchanged', '0 queued'],
    })
    wait(10_000)
    state.held = 15_000
    Object.assign(state.tally, { read: 5050, queued: 4800, unchanged: 200 })
    expect(shown()).toEqual({
      title: 'queueing',
      share: 0.25,
      words: ['500 rows/s', 'about 30 s to go', '5,000 of 20,000 rows', '50 rejected', '200 unchanged', '4,800 queued'],
    })
  })

  it('says first that the queue is full while it waits for uploads', () => {
    const { shown } = startProgress(progress({ phase: 'queueing', isQueueFull: true }))
    expect(shown().words[0]).toBe('the queue is full (PUSHFERRY_MAX_QUEUED), waiting for uploads')
  })

  it('knows neither share nor time to go of a pipe', () => {
    const { shown, wait } = startProgress(progress({ bytesTotal: undefined, bytes: 10 }))
    shown()
    wait(1_000)
    const { share, words } = shown()
    expect(share).toBeUndefined()
    expect(words.join()).not.toContain('to go')
  })

  it('has the time to go from the rate at which CleverTap takes records', () => {
    const state = progress({ phase: 'uploading', counts: counts(1000, 0, 0), countsBefore: counts(1000, 0, 0) })
    const { shown, wait } = startProgress(state)
    shown()
    wait(10_000)
    state.counts = counts(700, 100, 200)
    expect(shown()).toEqual({
      title: 'uploading',
      share: 0.2,
      words: ['20 records/s', 'about 40 s to go', '200 of 1,000 done'],
    })
  })

  it('begins with what is wrong while CleverTap cannot be reached', () => {
    const state = progress({ phase: 'uploading', counts: counts(10, 0, 0), countsBefore: counts(10, 0, 0) })
    const failing = { ...ok, upload: 'failing', reason: 'ECONNREFUSED' } as const
    expect(createImportProgress(state, () => failing)().words[0]).toMatch(
      /^CleverTap cannot be reached, retrying: nothing/,
    )
  })
})
