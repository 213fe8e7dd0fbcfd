import type { StoreError } from '../errors.ts'
import { isOfItsData, storeErrorOf } from './failure.ts'

/** The end of one operation of a group: its result, or why it was refused alone. */
export type Answer = { value: unknown } | { refusal: StoreError }

/** Gathers operations into group commits. */
export interface GroupCommit<Operation> {
  /** Runs the operation in a transaction, with others; resolves after the commit, to the value that it was answered with. */
  write(operation: Operation): Promise<unknown>
  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void>
}

interface Job<Operation> {
  operation: Operation
  resolve: (value: unknown) => void
  reject: (error: StoreError) => void
}

/** Rows, about, above which a group takes no more operations. */
const mostRows = 2_000

/**
 * Group commit: all operations that were asked for while a group was under way make up the next one. `run` does a group
 * in one transaction and answers in its order; `rowsOf` says how many rows an operation is about.
 *
 * One operation that the database refuses does not take the others with it: they are then tried one by one.
 */
export const createGroupCommit = <Operation>(
  run: (group: readonly Operation[]) => Promise<readonly Answer[]>,
  rowsOf: (operation: Operation) => number,
): GroupCommit<Operation> => {
  let waiting: Job<Operation>[] = []
  let isUnderWay = false
  const tellIdle: (() => void)[] = []

  const takeGroup = (): readonly Job<Operation>[] => {
    let rows = 0
    const end = waiting.findIndex(({ operation }) => {
      if (rows >= mostRows) return true
      rows += rowsOf(operation)
      return false
    })
    const group = waiting
    waiting = end < 0 ? [] : waiting.slice(end)
    return end < 0 ? group : group.slice(0, end)
  }
  const runGroup = async (jobs: readonly Job<Operation>[]): Promise<void> => {
    try {
      const answers = await run(jobs.map(({ operation }) => operation))
      jobs.forEach((job, at) => {
        const answer = answers[at]
        if (answer && 'refusal' in answer) job.reject(answer.refusal)
        else job.resolve(answer?.value)
      })
    } catch (error) {
      const failure = storeErrorOf(error)
      if (jobs.length > 1 && isOfItsData(failure)) for (const job of jobs) await runGroup([job])
      else for (const job of jobs) job.reject(failure)
    }
  }
  /** Operations of one turn of the event loop form a group, including those of callers that were answered in that turn. */
  const startSoon = (): void => {
    isUnderWay = true
    setImmediate(() => {
      void runGroup(takeGroup()).then(() => {
        isUnderWay = false
        if (waiting.length > 0) return startSoon()
        for (const tell of tellIdle.splice(0)) tell()
      })
    })
  }

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        waiting.push({ operation, resolve, reject })
        if (!isUnderWay) startSoon()
      }),
    idle: async () => {
      if (isUnderWay) await new Promise<void>((resolve) => tellIdle.push(resolve))
    },
  }
}
