import { type Job, namesOf, type Operation } from './operation.ts'

/** Gathers operations into group commits. */
export interface GroupCommit {
  /** Runs the operation in a transaction, with others; resolves after the commit. */
  write<T>(operation: Operation<T>): Promise<T>
  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void>
}

/** Runs a group of operations, and answers whoever waits for them. Never rejects. */
type Run = (jobs: readonly Job[]) => Promise<void>

/** A group takes no more operations once they are about so many rows. */
const mostRows = 2_000
/** An operation about more rows than this is run alone, beside the others. */
const largeRows = 200

/** Operations that wait to be run by one `run`, and what is under way there. */
interface Berth {
  run: Run
  mostRows: number
  waiting: Job[]
  /** Undefined while nothing is. */
  underWay: readonly Job[] | undefined
}

const namesOfAll = (jobs: readonly Job[]): ReadonlySet<string> => new Set(jobs.flatMap(({ names }) => names))
const shares = (names: readonly string[], others: ReadonlySet<string>): boolean =>
  others.size > 0 && names.some((name) => others.has(name))

/**
 * Takes jobs from those that wait, in order, but none that names what is `taken` already, or what one before it names
 * that has to wait.
 */
const takeFrom = (berth: Berth, taken: ReadonlySet<string>): readonly Job[] => {
  const passedOver = new Set<string>()
  const group: Job[] = []
  const left: Job[] = []
  let rows = 0
  for (const job of berth.waiting) {
    const mayGo = rows < berth.mostRows && !shares(job.names, taken) && !shares(job.names, passedOver)
    if (mayGo) {
      group.push(job)
      rows += job.operation.keys.length
    } else {
      left.push(job)
      for (const name of job.names) passedOver.add(name)
    }
  }
  berth.waiting = left
  return group
}

/**
 * Group commit: all operations that were asked for while a group was under way make up the next one. Large operations go
 * beside them one by one, so that nobody waits for an import; those that name the same row or token never go at the same
 * time.
 */
export const createGroupCommit = (runSmall: Run, runLarge: Run): GroupCommit => {
  const small: Berth = { run: runSmall, mostRows, waiting: [], underWay: undefined }
  const large: Berth = { run: runLarge, mostRows: 1, waiting: [], underWay: undefined }
  let isStarting = false
  let tellIdle: (() => void)[] = []
  const isIdle = (): boolean => [small, large].every(({ underWay, waiting }) => !underWay && waiting.length === 0)

  const startAt = (berth: Berth, other: Berth): void => {
    if (berth.underWay || berth.waiting.length === 0) return
    const group = takeFrom(berth, namesOfAll(other.underWay ?? []))
    if (group.length === 0) return
    berth.underWay = group
    void berth.run(group).then(() => {
      berth.underWay = undefined
      startSoon()
      if (!isIdle()) return
      for (const tell of tellIdle) tell()
      tellIdle = []
    })
  }
  /** What is asked for in the same turn of the event loop goes together, also by whoever was answered in it. */
  const startSoon = (): void => {
    if (isStarting) return
    isStarting = true
    setImmediate(() => {
      isStarting = false
      startAt(small, large)
      startAt(large, small)
    })
  }

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        const berth = operation.keys.length > largeRows ? large : small
        berth.waiting.push({ operation, names: namesOf(operation), resolve, reject })
        if (!berth.underWay) startSoon()
      }),
    idle: async () => {
      if (!isIdle()) await new Promise<void>((resolve) => tellIdle.push(resolve))
    },
  }
}
