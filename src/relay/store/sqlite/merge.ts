import { apply } from './apply.ts'
import type { Inbox } from './inbox.ts'
import { fromInbox, type InboxRecord } from './inbox-records.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Duration of one slice of a merge, about, in ms. No request waits longer for one. */
const sliceMs = 10
/** Most records of one slice. */
const sliceRecords = 1_000
/** Most records that are applied within the transaction that needs them. */
export const smallInbox = 2_000

/** Pending records above which a transaction applies as many as it appends. */
const mostPending = 100_000

/** When a merge begins, if the uploader asks for no records before. */
const begins = {
  /** Records in the inbox: this many, sorted, touch each page of the index once. */
  records: 50_000,
  /** Time without a new record, in ms. */
  quietMs: 25,
  /** Age of the oldest record, in ms. */
  longestMs: 5_000,
} as const
/** Pause after a slice that failed, in ms. */
const failedMs = 1_000

/** Applies the next records of the inbox, and returns them; with none left it ends the merge. */
const applyNext = (work: Work): readonly InboxRecord[] => {
  const records = work.inbox.take(rowsInserted)
  if (records.length > 0) apply(work, records.map(fromInbox))
  else work.inbox.end()
  return records
}

/**
 * Lets the inbox grow no further once more than `mostPending` records wait in it. So intake that lasts is as fast as records
 * are applied, and neither memory nor a start after a crash depends on how long it has lasted.
 */
export const keepUp = (work: Work): void => {
  while (work.inbox.size() > mostPending && work.inbox.growth() >= rowsInserted) applyNext(work)
}

/**
 * Applies records of the inbox for one slice, and ends the merge when no more are left. Returns how many were applied, by
 * account name.
 */
export const applySlice = (work: Work): ReadonlyMap<string, number> => {
  const { sql } = work
  const numbers = new Map<number, number>()
  let count = 0
  const until = performance.now() + sliceMs
  do {
    const records = applyNext(work)
    if (records.length === 0) break
    count += records.length
    for (const { account } of records) numbers.set(account, (numbers.get(account) ?? 0) + 1)
  } while (count < sliceRecords && performance.now() < until)
  return new Map([...numbers].map(([account, n]) => [(sql.nameOfAccount.get(account) as { name: string }).name, n]))
}

/** Applies all pending records when there are at most `smallInbox`, else none. Returns whether it did. */
export const applySmallInbox = (work: Work): boolean => {
  const { inbox } = work
  if (inbox.size() > smallInbox) return false
  while (inbox.size() > 0 || inbox.isMerging()) applySlice(work)
  return true
}

/** What a merger works on. */
export interface Merging {
  inbox: Pick<Inbox, 'size' | 'isMerging' | 'newest' | 'first'>
  write(operation: typeof applySlice): Promise<ReadonlyMap<string, number>>
  /** Is given the records that a slice has applied. */
  tell(account: string, rows: number): void
}

/** Applies the inbox behind the acknowledgements, slice by slice. */
export class Merger {
  readonly #on: Merging
  #slice: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isRunning = false
  #isStopped = false
  /** When the oldest record came, and the newest, in ms on the monotonic clock. */
  #since = 0
  #cameAt = 0

  constructor(on: Merging) {
    this.#on = on
  }
  /** Records have come, or may have been left by somebody else. */
  note(): void {
    if (this.#on.inbox.size() === 0) return
    this.#cameAt = performance.now()
    if (this.#isRunning || this.#timer) return
    this.#since = this.#cameAt
    this.#wait(begins.quietMs)
  }
  /** Resolves when all that is in the inbox now is applied; rejects when the store does not take it. */
  async settled(): Promise<void> {
    for (const upTo = this.#on.inbox.newest(); this.#on.inbox.first() <= upTo; ) await this.#writeSlice()
  }
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }
  /** Callers share the slice that is under way. */
  #writeSlice(): Promise<void> {
    this.#slice ??= this.#on
      .write(applySlice)
      .then((applied) => {
        for (const [account, rows] of applied) this.#on.tell(account, rows)
      })
      .finally(() => {
        this.#slice = undefined
      })
    return this.#slice
  }
  #isDue(): boolean {
    const { records, quietMs, longestMs } = begins
    const size = this.#on.inbox.size()
    const now = performance.now()
    if (size === 0 || this.#on.inbox.isMerging()) return this.#on.inbox.isMerging()
    return size >= records || now - this.#cameAt >= quietMs || now - this.#since >= longestMs
  }
  async #run(): Promise<void> {
    this.#isRunning = true
    let pauseMs: number = begins.quietMs
    try {
      while (!this.#isStopped && this.#isDue()) {
        if (!this.#on.inbox.isMerging()) this.#since = performance.now()
        await this.#writeSlice()
      }
    } catch {
      // The callers that wait for the slice get the error. Nothing is lost: the records wait for the next attempt.
      pauseMs = failedMs
    }
    this.#isRunning = false
    if (this.#on.inbox.size() > 0) this.#wait(pauseMs)
  }
  #wait(ms: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#run()
    }, ms).unref()
  }
}
