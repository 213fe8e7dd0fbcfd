import { GroupCommit } from '../group-commit.ts'
import type { NewEntry, PutResult } from '../port.ts'
import type { Operation } from '../rules/operation.ts'
import type { WorkListeners } from '../work-listeners.ts'
import type { Transactions } from './connection.ts'
import { isOfItsData, storeErrorOf } from './failure.ts'
import { createGroupRun } from './group.ts'
import { createAppendRun } from './inbox.ts'
import { sql } from './statements.ts'

/** Longest wait of a record before it is applied in the background, in ms. With a longer wait a transaction applies more records. */
const applyAfterMs = 100

const onFailure = {
  failureOf: storeErrorOf,
  afterFailure: (error: unknown) => (isOfItsData(storeErrorOf(error)) ? 'split' : 'reject'),
} as const

/** An operation that does nothing. Its group applies the inbox, as every group does. */
const nothing: Operation<void> = { keys: [], run: () => {} }

/** The store's two group commits: one for appends to the inbox, and one for operations on rows. */
export const createCommits = (
  transactions: Transactions,
  read: Transactions['read'],
  { maxQueued, now, tell }: { maxQueued: number; now: () => number; tell: WorkListeners['tell'] },
) => {
  const rows = new GroupCommit<Operation<unknown>>({
    ...onFailure,
    run: createGroupRun(transactions, now),
    rowsOf: ({ keys }) => keys.length,
  })
  const write = <T>(operation: Operation<T>) =>
    // The group's run returns the result of each operation.
    rows.write(operation) as Promise<T>
  const apply = (): Promise<void> => write(nothing)
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const applySoon = (): void => {
    if (isOver) return
    timer ??= setTimeout(() => {
      timer = undefined
      // Fails when the database fails, which other operations report. The next operation applies the records.
      apply().catch(() => {})
    }, applyAfterMs)
  }
  const append = createAppendRun(transactions, { maxQueued, now, apply })
  const appends = new GroupCommit<readonly NewEntry[]>({
    ...onFailure,
    run: async (group) => {
      const answers = await append(group)
      const taken = group.flatMap((entries, at) => (answers[at] && 'value' in answers[at] ? entries : []))
      for (const { account } of taken) tell(account, 1)
      if (taken.length > 0) applySoon()
      return answers
    },
    rowsOf: (entries) => entries.length,
  })

  return {
    /** Appends records of a backend to the inbox. */
    append: (entries: readonly NewEntry[]) => appends.write(entries) as Promise<readonly PutResult[]>,
    /** Runs an operation on rows, after all records that were acknowledged before. */
    write,
    apply,
    /** Resolves when every record that was acknowledged before is applied. */
    catchUp: async (): Promise<void> => {
      const [inbox] = await read<{ pending: boolean }>({ text: sql.isPending })
      if (inbox?.pending) await apply()
    },
    /** Resolves when nothing runs. Until it is called, records are also applied in the background. */
    end: async (): Promise<void> => {
      isOver = true
      clearTimeout(timer)
      await Promise.all([appends.idle(), rows.idle()])
    },
  }
}
