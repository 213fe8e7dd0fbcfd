import { StoreError } from './errors.ts'

/** The result of one operation of a group, or why only this operation was refused. */
export type Answer = { value: unknown } | { refusal: StoreError }

/** Runs one operation of a group. A StoreError refuses only this operation; any other error fails the group. */
export const answerOf = (run: () => unknown): Answer => {
  try {
    return { value: run() }
  } catch (error) {
    if (error instanceof StoreError) return { refusal: error }
    throw error
  }
}

/** How a store runs a group. */
export interface GroupSettings<Operation> {
  /** Runs a group in one transaction. Returns results in its order; the last operations may get none and begin the next group. */
  run(group: readonly Operation[]): readonly Answer[] | Promise<readonly Answer[]>
  /** Makes the error for the callers of a failed group. */
  failureOf(error: unknown): StoreError
  /**
   * The reaction to a failed group. `split`: its operations run one by one, because only one of them may be at fault. `wait`: another
   * process has locked the database; the operations run again soon, unless they have waited for five seconds.
   */
  afterFailure(error: unknown): 'split' | 'wait' | 'reject'
  /** Number of rows of an operation; default: 0. A group that has 2,000 rows takes no further operation. */
  rowsOf?(operation: Operation): number
}

interface Job<Operation> {
  operation: Operation
  resolve: (value: unknown) => void
  reject: (error: StoreError) => void
  since: number
  /** It runs without others, because a group that it was in has failed. */
  isAlone?: boolean
}
/** The operations of an attempt that must run again. */
interface Attempt<Operation> {
  left: readonly Job<Operation>[]
  isLocked: boolean
}

const mostRows = 2_000
/** Longest wait of an operation for another process's lock, in ms. */
const lockWaitMs = 5_000
/**
 * After a group that took longer than `longTurnMs`, the event loop runs one turn per `msOfTurn` of that time before the next
 * group. A turn accepts one connection (libuv's limit), so with one turn per group new connections would wait for seconds.
 */
const longTurnMs = 10
const msOfTurn = 2
const turnsAfter = (tookMs: number): number => (tookMs > longTurnMs ? Math.ceil(tookMs / msOfTurn) : 1)
const afterTurns = (turns: number, call: () => void): void => {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, call) : call()))
}

/**
 * Group commit: all operations that are called while a group runs form the next group and share its transaction. Operations of one turn
 * of the event loop form a group, including those of callers whose result came in that turn.
 */
export class GroupCommit<Operation> {
  readonly #settings: GroupSettings<Operation>
  #waiting: Job<Operation>[] = []
  #isUnderWay = false
  #turnsOwed = 1
  #tellIdle: (() => void)[] = []

  constructor(settings: GroupSettings<Operation>) {
    this.#settings = settings
  }
  /** Runs the operation in a transaction, with others. Resolves to its result after the commit. */
  write(operation: Operation): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject, since: performance.now() })
      if (!this.#isUnderWay) this.#begin()
    })
  }
  /** Resolves when no operation waits or runs. */
  async idle(): Promise<void> {
    if (this.#isUnderWay) await new Promise<void>((resolve) => this.#tellIdle.push(resolve))
  }
  /** Schedules the next group. After a lock the wait is short, as locks are, and random, because other processes wait too. */
  #begin(isLocked = false): void {
    this.#isUnderWay = true
    const run = (): Promise<void> => this.#runNext()
    if (isLocked) setTimeout(run, 1 + Math.random() * 4)
    else afterTurns(this.#turnsOwed, run)
  }
  async #runNext(): Promise<void> {
    const began = performance.now()
    const attempted = this.#attempt(this.#takeGroup())
    this.#turnsOwed = turnsAfter(performance.now() - began)
    const { left, isLocked } = await attempted
    if (left.length > 0) this.#waiting = [...left, ...this.#waiting]
    this.#isUnderWay = false
    if (this.#waiting.length > 0) this.#begin(isLocked)
    else for (const tell of this.#tellIdle.splice(0)) tell()
  }
  #takeGroup(): readonly Job<Operation>[] {
    const { rowsOf = () => 0 } = this.#settings
    let rows = 0
    const end = this.#waiting.findIndex(({ operation }, at) => {
      if (rows >= mostRows || (at > 0 && this.#waiting[0]?.isAlone)) return true
      rows += rowsOf(operation)
      return false
    })
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
  }
  async #attempt(jobs: readonly Job<Operation>[]): Promise<Attempt<Operation>> {
    const { run, failureOf, afterFailure } = this.#settings
    try {
      const answers = await run(jobs.map(({ operation }) => operation))
      answers.forEach((answer, at) => {
        if ('refusal' in answer) jobs[at]?.reject(answer.refusal)
        else jobs[at]?.resolve(answer.value)
      })
      return { left: jobs.slice(answers.length), isLocked: false }
    } catch (error) {
      const next = afterFailure(error)
      if (next === 'split' && jobs.length > 1)
        return { left: jobs.map((job) => ({ ...job, isAlone: true })), isLocked: false }
      const oldest = next === 'wait' ? performance.now() - lockWaitMs : Number.POSITIVE_INFINITY
      for (const job of jobs) if (job.since < oldest) job.reject(failureOf(error))
      return { left: jobs.filter(({ since }) => since >= oldest), isLocked: next === 'wait' }
    }
  }
}
