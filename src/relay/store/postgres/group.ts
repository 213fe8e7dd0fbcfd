import { type Answer, answerOf } from '../group-commit.ts'
import { addAccounts } from './accounts.ts'
import type { Session, Transactions } from './connection.ts'
import type { PgQuery } from './driver.ts'
import { readKnown } from './known.ts'
import type { NumberWriter } from './numbers.ts'
import type { Operation } from './operation.ts'
import { createWork } from './work.ts'

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
  return { answers, writes: [...work.writes(), ...numbers.writes(work.delta, now)] }
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
