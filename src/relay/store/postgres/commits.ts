import { GroupCommit, shareRuns } from '../group-commit.ts'
import type { NewEntry, PutResult } from '../port.ts'
import type { Operation } from '../rules/operation.ts'
import type { WorkListeners } from '../work-listeners.ts'
import type { Transactions } from './connection.ts'
import { isOfItsData, storeErrorOf } from './failure.ts'
import { createGroupRun } from './group.ts'
import { createAppendRun, createApply } from './inbox.ts'
import { createNumberWriter } from './numbers.ts'
import { sql } from './statements.ts'

/** Longest wait of a record before it is applied in the background, in ms. With a longer wait a transaction applies more records. */
const applyAfterMs = 100

const onFailure = {
  failureOf: storeErrorOf,
  afterFailure: (error: unknown) => (isOfItsData(storeErrorOf(error)) ? 'split' : 'reject'),
} as const

/** Remembers whether the last run has failed. */
const watchRuns = (run: () => Promise<void>): { apply(): Promise<void>; hasFailed(): boolean } => {
  let failed = false
  return {
    apply: async () => {
      try {
        await run()
        failed = false
      } catch (error) {
        failed = true
        throw error
      }
    },
    hasFailed: () => failed,
  }
}

/**
 * The store's three group commits: they append to the inbox, apply it, and operate on rows.
 *
 * @param share the first of two shares of the numbers; see numbers.ts.
 */
export const createCommits = (
  transactions: Transactions,
  read: Transactions['read'],
  { share, maxQueued, now, tell }: { share: number; maxQueued: number; now: () => number; tell: WorkListeners['tell'] },
) => {
  const rows = new GroupCommit<Operation<unknown>>({
    ...onFailure,
    run: createGroupRun(transactions, createNumberWriter(share), now),
    rowsOf: ({ keys }) => keys.length,
  })
  const { apply, hasFailed } = watchRuns(createApply(transactions, createNumberWriter(share + 1)))
  const applies = shareRuns(apply, storeErrorOf)
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const applySoon = (): void => {
    if (isOver) return
    timer ??= setTimeout(() => {
      timer = undefined
      // Fails when the database fails, which other operations report. The next operation that needs the records applies them.
      applies.write(undefined).catch(() => {})
    }, applyAfterMs)
  }
  const append = createAppendRun(transactions, { share, maxQueued, now, apply })
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
    // As in the next one, the group's run answers with that.
    append: (entries: readonly NewEntry[]) => appends.write(entries) as Promise<readonly PutResult[]>,
    write: <T>(operation: Operation<T>) => rows.write(operation) as Promise<T>,
    /** Where the last attempt to apply records has failed, tries again, and rejects where that fails too. */
    assertApplied: async (): Promise<void> => {
      if (hasFailed()) await applies.write(undefined)
    },
    /** Resolves when every record that was acknowledged before is applied. */
    catchUp: async (): Promise<void> => {
      const [inbox] = await read<{ pending: boolean }>({ text: sql.isPending })
      if (inbox?.pending) await applies.write(undefined)
    },
    /** Resolves when nothing runs. Until it is called, records are also applied in the background. */
    end: async (): Promise<void> => {
      isOver = true
      clearTimeout(timer)
      await Promise.all([appends.idle(), applies.idle(), rows.idle()])
    },
  }
}
