import { apply } from './apply.ts'
import type { Inbox } from './inbox.ts'
import { fromInbox } from './inbox-records.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Approximate duration of one slice of a merge, in ms. No request waits longer for one. */
const sliceMs = 10
/** Largest number of records in one slice. */
const sliceRecords = 1_000
/** Largest number of pending records that are applied within the transaction that needs them. */
const smallInbox = 2_000

/** Pending records above which a transaction applies as many as it appends. */
const mostPending = 100_000

/** Number of pending records at which a merge begins: enough for a sorted merge to touch each page of the index only once. */
const mergeRecords = 50_000
/** Age of the oldest pending record at which a merge begins, in ms, unless an operation has applied the records before. */
const mergeAfterMs = 5_000
/** Pause after a slice that failed, in ms. */
const failedMs = 1_000

/** Applies the next records of the inbox, and returns how many; with none left it ends the merge. */
const applyNext = (work: Work): number => {
  const records = work.inbox.take(rowsInserted)
  if (records.length === 0) work.inbox.end(work.sql)
  for (const { account } of records) work.delta.add(account, 'pending', -1)
  apply(work, records.map(fromInbox))
  return records.length
}

/**
 * Stops the growth of the inbox once more than `mostPending` records are pending. A sustained load is then bound by the rate at
 * which records are applied, and its duration affects neither memory nor the time of a start after a crash.
 */
export const keepUp = (work: Work): void => {
  while (work.inbox.size() > mostPending && work.inbox.growth() >= rowsInserted) applyNext(work)
}

/** Applies records of the inbox for one slice, and ends the merge when no more are left. */
export const applySlice = (work: Work): void => {
  const until = performance.now() + sliceMs
  for (let count = 0, applied = 1; applied > 0 && count < sliceRecords && performance.now() < until; count += applied)
    applied = applyNext(work)
}

/** Applies all pending records when there are at most `smallInbox`, else none. Returns whether it did. */
export const applySmallInbox = (work: Work): boolean => {
  const { inbox } = work
  if (inbox.size() > smallInbox) return false
  while (inbox.size() > 0 || inbox.isMerging()) applySlice(work)
  return true
}

/** Applies the inbox in the background, slice by slice. */
export class Merger {
  readonly #inbox: Inbox
  readonly #write: (operation: (work: Work) => void) => Promise<void>
  #slice: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isRunning = false
  #isStopped = false

  constructor(inbox: Inbox, write: (operation: (work: Work) => void) => Promise<void>) {
    this.#inbox = inbox
    this.#write = write
  }
  /** Starts or schedules a merge if records are pending. Call it when some were added, or may be left from another process. */
  note(): void {
    const size = this.#inbox.size()
    // A process that ended before the last slice of its merge has left the inbox rows of applied records.
    if ((size === 0 && !this.#inbox.isMerging()) || this.#isRunning || this.#isStopped) return
    if (size >= mergeRecords) void this.#run()
    else this.#timer ??= setTimeout(() => this.#run(), mergeAfterMs).unref()
  }
  /** Resolves when all records that are in the inbox now are applied; rejects when a write fails. */
  async settled(): Promise<void> {
    for (const upTo = this.#inbox.newest(); this.#inbox.first() <= upTo; ) await this.#writeSlice()
  }
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }
  /** Callers share the slice that is under way. */
  #writeSlice(): Promise<void> {
    this.#slice ??= this.#write(applySlice).finally(() => {
      this.#slice = undefined
    })
    return this.#slice
  }
  async #run(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isRunning = true
    try {
      await this.settled()
    } catch {
      // The callers that wait for the slice get the error. Nothing is lost: the records wait for the next attempt.
      await new Promise((resolve) => setTimeout(resolve, failedMs).unref())
    }
    this.#isRunning = false
    this.note()
  }
}
