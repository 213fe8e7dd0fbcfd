import { type Answer, answerOf } from '../group-commit.ts'
import type { Operation } from '../rules/operation.ts'
import type { Key } from '../rules/rows.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Session, Transactions } from './connection.ts'
import { type PgQuery, rowsFrom } from './driver.ts'
import type { NumberWriter } from './numbers.ts'
import { findable } from './row.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow, idColumns, type Known, queuedKey } from './work.ts'

/** How many numbers `nextAges` takes at a time; see migrations/0008.sql. */
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

/** The oldest rows that may give way to the unproved records of a group, where its capacity may be reached, which is rare. */
const readEvictable = async (
  ask: Session['ask'],
  group: readonly Operation<unknown>[],
  queued: Known['queued'],
): Promise<readonly FoundRow[]> => {
  const evictable: FoundRow[] = []
  const come = new Map<number, number>()
  for (const { keys, maxUnproved } of group)
    for (const { account } of maxUnproved === undefined ? [] : keys)
      come.set(accountNumber(account), (come.get(accountNumber(account)) ?? 0) + 1)
  const most = group.find((one) => one.maxUnproved !== undefined)?.maxUnproved ?? 0
  const named = group.reduce((sum, { keys }) => sum + keys.length, 0)
  for (const [account, records] of come) {
    if ((queued.get(queuedKey(account, 'unproved')) ?? 0) + records <= most) continue
    const [oldest] = await ask({ text: sql.oldestDeferred, values: [account, records + named] })
    evictable.push(...rowsFrom<FoundRow>(oldest))
  }
  return evictable
}

/** What is read for a group, all at once. */
const readKnown = async (group: readonly Operation<unknown>[], ask: Session['ask']): Promise<Omit<Known, 'now'>> => {
  const keys = new Map<string, Key>()
  let named = 0
  for (const { account: name, objectId } of group.flatMap((one) => one.keys)) {
    keys.set(`${name}\n${objectId}`, { account: accountNumber(name), objectId: findable(objectId) })
    named++
  }
  const counted = new Set(group.flatMap((one) => one.counted ?? []))
  const [rows, ages, numbers] = await ask(
    { text: sql.findRows, values: idColumns([...keys.values()]) },
    { text: sql.nextAges, values: [Math.ceil(named / agesAtOnce)] },
    { text: sql.readQueuedRows, values: [[...counted].map(accountNumber)] },
  )
  const queued = new Map(
    rowsFrom<{ account: number; pool: string; n: number }>(numbers).map(({ account, pool, n }) => [
      queuedKey(account, pool),
      n,
    ]),
  )
  return {
    evictable: await readEvictable(ask, group, queued),
    queued,
    rows: rowsFrom<FoundRow>(rows),
    nextSequence: agesFrom(rowsFrom<{ first: number }>(ages).map(({ first }) => first)),
  }
}

/** The outcomes of operations, and the statements that write their changes. */
interface Ran {
  answers: readonly Answer[]
  writes: readonly PgQuery[]
}

/**
 * Reads all rows that the operations name, and runs the operations on them in memory, one after another.
 *
 * Nothing is locked between reading and writing. Before the write each row is locked, if it still has the version that was read. If
 * another transaction has changed a row, the whole group is read and run again. So a row is only replaced by a transaction that has
 * read its latest version.
 */
export const runOperations = async (
  ask: Session['ask'],
  group: readonly Operation<unknown>[],
  numbers: NumberWriter,
  now: number,
): Promise<Ran> => {
  const work = createWork({ ...(await readKnown(group, ask)), now })
  const answers = group.map((one) => answerOf(() => one.run(work)))
  return { answers, writes: [...work.writes(), ...numbers(work.delta, now)] }
}

const accountsOf = (group: readonly Operation<unknown>[]): readonly string[] =>
  group.flatMap(({ keys, counted = [] }) => [...keys.map(({ account }) => account), ...counted])

/** Makes the function that runs a group of operations in one transaction. */
export const createGroupRun =
  ({ transact }: Transactions, numbers: NumberWriter, now: () => number) =>
  (group: readonly Operation<unknown>[]): Promise<readonly Answer[]> =>
    transact(async ({ ask }) => {
      const { answers, writes } = await runOperations(ask, group, numbers, Math.floor(now()))
      return {
        result: answers,
        last: writes.length > 0 ? [...addAccounts(accountsOf(group)), ...writes] : 'nothing to keep',
      }
    })
