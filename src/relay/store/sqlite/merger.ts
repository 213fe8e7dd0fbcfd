import type { Inbox } from './inbox.ts'
import type { Slice } from './merge.ts'

/** When a merge begins, if the uploader asks for no records before. */
const rules = {
  /** Records in the inbox: this many, sorted, touch each page of the index once. */
  records: 50_000,
  /** Time without a new record, in ms. */
  quietMs: 25,
  /** Age of the oldest record, in ms. */
  longestMs: 5_000,
} as const

/** What is known about the inbox when it is asked whether it is time. Ms on one clock. */
export interface MergeState {
  size: number
  isMerging: boolean
  sinceMs: number
  quietForMs: number
}

/** Whether the next slice is to be written. Pure. */
export const isDue = ({ size, isMerging, sinceMs, quietForMs }: MergeState): boolean =>
  isMerging || (size > 0 && (size >= rules.records || quietForMs >= rules.quietMs || sinceMs >= rules.longestMs))

/** Applies the inbox behind the acknowledgements, slice by slice. */
export interface Merger {
  /** Records have come, or may have been left by somebody else. */
  note(): void
  /** Resolves when all that is in the inbox now is applied; rejects when the store does not take it. */
  settled(): Promise<void>
  stop(): void
}

/** Pause after a slice that failed, in ms. */
const failedMs = 1_000

/** @param tell is given the records that a slice has applied. */
export const createMerger = (
  inbox: Pick<Inbox, 'size' | 'isMerging' | 'newest' | 'first'>,
  write: () => Promise<Slice>,
  tell: (applied: ReadonlyMap<string, number>) => void,
): Merger => {
  let stopped = false
  let running = false
  let timer: NodeJS.Timeout | undefined
  let since = 0
  let cameAt = 0
  let waiters: { upTo: number; resolve: () => void; reject: (error: unknown) => void }[] = []

  const state = (): MergeState => {
    const now = performance.now()
    return {
      size: inbox.size(),
      isMerging: inbox.isMerging(),
      sinceMs: now - since,
      quietForMs: now - cameAt,
    }
  }
  const answer = (): void => {
    const done = waiters.filter(({ upTo }) => inbox.first() > upTo)
    waiters = waiters.filter((one) => !done.includes(one))
    for (const { resolve } of done) resolve()
  }
  const run = async (): Promise<void> => {
    running = true
    try {
      answer()
      while (!stopped && (waiters.length > 0 || isDue(state()))) {
        if (!inbox.isMerging()) since = performance.now()
        tell((await write()).applied)
        answer()
      }
      running = false
      if (inbox.size() > 0) wait(rules.quietMs)
    } catch (error) {
      running = false
      const failed = waiters
      waiters = []
      for (const { reject } of failed) reject(error)
      wait(failedMs)
    }
  }
  const look = (): void => {
    timer = undefined
    if (!running) void run()
  }
  const wait = (ms: number): void => {
    if (!stopped && !timer) timer = setTimeout(look, ms).unref()
  }

  return {
    note: () => {
      cameAt = performance.now()
      if (running || timer) return
      since = cameAt
      wait(rules.quietMs)
    },
    settled: () =>
      new Promise((resolve, reject) => {
        waiters.push({ upTo: inbox.newest(), resolve, reject })
        if (!running) void run()
      }),
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
