import { StoreError } from '../errors.ts'
import type { Accounts } from './accounts.ts'
import type { Session, Transactions } from './connection.ts'
import { type PgQuery, rowsFrom } from './driver.ts'
import { isOfItsData, storeErrorOf } from './failure.ts'
import type { NumberWriter } from './numbers.ts'
import { findable, markOf } from './row.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow, idColumns, type Key, type Known, printKey, type Work } from './work.ts'

type Numbers = (name: string) => number

/** An operation on rows that can be named beforehand. */
export interface Operation<T> {
  /** The rows that it reads or changes. */
  keys: readonly { account: string; objectId: string }[]
  /** Tokens that it may queue: whether they stand elsewhere is found out beforehand. */
  prints?: readonly { account: string; fingerprint: string }[]
  /** Accounts whose number of queued live rows it wants to know. */
  counted?: readonly string[]
  /**
   * Runs without waiting for anything, perhaps more than once. `account` gives the number of an account.
   * Throws a StoreError, before it has changed anything, to be refused alone.
   */
  run(work: Work, account: Numbers): T
}

/** Gathers operations into group commits. */
export interface GroupCommit {
  /** Runs the operation in a transaction, with others; resolves after the commit. */
  write<T>(operation: Operation<T>): Promise<T>
}

interface Job {
  operation: Operation<unknown>
  resolve: (value: never) => void
  reject: (error: unknown) => void
}
type Answer = { value: unknown } | { refusal: StoreError }

/** A transaction takes no more operations once they are about so many rows. */
const mostRows = 2_000
/** An operation about more rows than this has a transaction of its own, so that others wait for one such at most. */
const largeRows = 200
/** How many numbers `nextAges` takes at a time; see migrations/postgres.ts. */
const agesAtOnce = 1_000

/** Gives out numbers from the blocks that were taken. */
const agesFrom = (blocks: readonly number[]): (() => number) => {
  let given = 0
  return () => {
    const first = blocks[Math.floor(given / agesAtOnce)]
    if (first === undefined) throw new Error('an operation queues more rows than it has named')
    return first + (given++ % agesAtOnce)
  }
}

/** What is read for a group, all at once. */
const readKnown = async (
  group: readonly Operation<unknown>[],
  account: Numbers,
  ask: Session['ask'],
): Promise<Omit<Known, 'now'>> => {
  const keys = new Map<string, Key>()
  const named = group.reduce((sum, one) => sum + one.keys.length, 0)
  for (const one of group)
    for (const { account: name, objectId } of one.keys)
      keys.set(`${name}\n${objectId}`, { account: account(name), objectId: findable(objectId) })
  const prints = group.flatMap(({ prints: some = [] }) =>
    some.map(({ account: name, fingerprint }) => ({
      account: account(name),
      mark: markOf(fingerprint),
      fingerprint: `\\x${fingerprint}`,
    })),
  )
  const counted = [...new Set(group.flatMap((one) => one.counted ?? []))].map(account)
  const ids = idColumns([...keys.values()])

  const queries: PgQuery[] = []
  const wanted = (is: boolean, text: string, ...values: unknown[]): number => (is ? queries.push({ text, values }) : 0)
  const rowsAt = wanted(keys.size > 0, sql.findRows, ...ids)
  const agesAt = wanted(keys.size > 0, sql.nextAges, Math.ceil(named / agesAtOnce))
  const countsAt = wanted(counted.length > 0, sql.readNumbers, counted, 'state:queued:live')
  const elsewhereAt = wanted(prints.length > 0, sql.findElsewhere, JSON.stringify(prints), ...ids)
  const answers = await ask(...queries)
  const rowsOf = <Row>(at: number): readonly Row[] => rowsFrom<Row>(answers[at - 1])

  return {
    rows: rowsOf<FoundRow>(rowsAt),
    nextSequence: agesFrom(rowsOf<{ first: number }>(agesAt).map(({ first }) => first)),
    queuedLive: new Map(rowsOf<{ account: number; n: number }>(countsAt).map((row) => [row.account, row.n])),
    elsewhere: new Set(
      rowsOf<{ account: number; fingerprint: Buffer }>(elsewhereAt).map((row) =>
        printKey(row.account, row.fingerprint.toString('hex')),
      ),
    ),
  }
}

/**
 * Group commit: all operations that were asked for while the previous transaction was under way share one transaction.
 * It reads all their rows, lets the operations run on them here, and writes all that came of it, in two round trips.
 *
 * Nothing is locked between reading and writing. What is written is first claimed as it was read; where another process
 * was quicker, the whole group is read and run again. So a row is only ever replaced by somebody who has seen it: of two
 * relays that take the same objectId at the same moment, one is first and the other replaces what that one wrote.
 *
 * One operation that the database refuses does not take the others with it: they are then tried one by one.
 */
export const createGroupCommit = (
  { transact }: Transactions,
  accounts: Accounts,
  numbers: NumberWriter,
  now: () => number,
): GroupCommit => {
  const small: Job[] = []
  const large: Job[] = []
  let isRunning = false

  const commit = async (group: readonly Operation<unknown>[]): Promise<Answer[]> => {
    const names = group.flatMap((one) => [...one.keys.map((key) => key.account), ...(one.counted ?? [])])
    const account = await accounts.make(names)
    return transact(async ({ ask }) => {
      const work = createWork({ ...(await readKnown(group, account, ask)), now: Math.floor(now()) })
      const answers = group.map((one): Answer => {
        try {
          return { value: one.run(work, account) }
        } catch (error) {
          if (error instanceof StoreError) return { refusal: error }
          throw error
        }
      })
      const last = [...work.writes(), ...numbers.writes(work.delta, work.now)]
      return { result: answers, last: last.length > 0 ? last : 'nothing to keep' }
    })
  }

  const run = async (group: readonly Job[]): Promise<void> => {
    try {
      const answers = await commit(group.map((job) => job.operation))
      group.forEach((job, at) => {
        const answer = answers[at]
        if (answer && 'refusal' in answer) job.reject(answer.refusal)
        else job.resolve(answer?.value as never)
      })
    } catch (error) {
      const failure = storeErrorOf(error)
      if (group.length > 1 && isOfItsData(failure)) for (const job of group) await run([job])
      else for (const job of group) job.reject(failure)
    }
  }
  const takeSmall = (): Job[] => {
    let rows = 0
    const end = small.findIndex((job) => {
      rows += job.operation.keys.length
      return rows > mostRows
    })
    return small.splice(0, end < 0 ? small.length : end)
  }
  const runAll = async (): Promise<void> => {
    isRunning = true
    // What is asked for in the same turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve))
    while (small.length > 0 || large.length > 0) {
      if (small.length > 0) await run(takeSmall())
      if (large.length > 0) await run(large.splice(0, 1))
    }
    isRunning = false
  }

  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        const jobs = operation.keys.length > largeRows ? large : small
        jobs.push({ operation, resolve, reject })
        if (!isRunning) void runAll()
      }),
  }
}
