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

/** How long a record waits to be applied where nobody asks for it, in ms. Longer, and a transaction applies more. */
const applyAfterMs = 100

const onFailure = {
  failureOf: storeErrorOf,
  afterFailure: (error: unknown) => (isOfItsData(storeErrorOf(error)) ? 'split' : 'reject'),
} as const

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
  /** Of the last attempt to apply records. */
  let failure: unknown
  const applyAll = createApply(transactions, createNumberWriter(share + 1))
  const apply = async (): Promise<void> => {
    try {
      await applyAll()
      failure = undefined
    } catch (error) {
      failure = error
      throw error
    }
  }
  const applies = shareRuns(apply, storeErrorOf)
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const applySoon = (): void => {
    if (isOver) return
    timer ??= setTimeout(() => {
      timer = undefined
      // Fails where the database does, of which others hear; the next who looks applies it.
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
    /** Takes records of a backend into the inbox. */
    // As in the next one, the group's run answers with that.
    append: (entries: readonly NewEntry[]) => appends.write(entries) as Promise<readonly PutResult[]>,
    write: <T>(operation: Operation<T>) => rows.write(operation) as Promise<T>,
    /** @throws StoreError where the last attempt to apply records has failed. */
    assertApplied: (): void => {
      if (failure) throw storeErrorOf(failure)
    },
    /** Resolves once every record that was acknowledged before is in the tables. */
    catchUp: async (): Promise<void> => {
      const [inbox] = await read<{ pending: boolean }>({ text: sql.isPending })
      if (inbox?.pending) await applies.write(undefined)
    },
    /** Resolves once nothing is under way. Until it is called, records are also applied without anybody asking for them. */
    end: async (): Promise<void> => {
      isOver = true
      clearTimeout(timer)
      await Promise.all([appends.idle(), applies.idle(), rows.idle()])
    },
  }
}
