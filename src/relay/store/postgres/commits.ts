import type { NewEntry, PutResult } from '../port.ts'
import type { Transactions } from './connection.ts'
import type { PgQuery } from './driver.ts'
import { createGroupRun } from './group.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { type Append, createAppendRun, createApply } from './inbox.ts'
import { createNumberWriter } from './numbers.ts'
import type { Operation } from './operation.ts'
import { sql } from './statements.ts'

/** The store's three group commits: they append to the inbox, apply it, and operate on rows. */
export interface Commits {
  /** Takes records of a backend into the inbox. */
  append(entries: readonly NewEntry[]): Promise<readonly PutResult[]>
  /** Runs a statement with the next append. */
  appendStatement(query: PgQuery): Promise<void>
  write<T>(operation: Operation<T>): Promise<T>
  /** Resolves once every record that was acknowledged before is in the tables. */
  catchUp(): Promise<void>
  /** Resolves once nothing is under way. Until it is called, records are also applied without anybody asking for them. */
  end(): Promise<void>
}

/** How long a record waits to be applied where nobody asks for it, in ms. Longer, and a transaction applies more. */
const applyAfterMs = 100

/** How many records there are of each account. */
export const countByAccount = (entries: readonly NewEntry[]): ReadonlyMap<string, number> => {
  const rows = new Map<string, number>()
  for (const { account } of entries) rows.set(account, (rows.get(account) ?? 0) + 1)
  return rows
}

/** Many calls for the same thing: those that come while it is under way share the next. */
const createShared = (run: () => Promise<void>): GroupCommit<undefined> =>
  createGroupCommit(
    async (group) => {
      await run()
      return group.map((value) => ({ value }))
    },
    () => 0,
  )

export const createCommits = (
  transactions: Transactions,
  read: Transactions['read'],
  {
    share,
    maxQueued,
    now,
    ring,
  }: {
    /** The first of two shares of the numbers; see numbers.ts. */
    share: number
    maxQueued: number
    now: () => number
    ring: (rows: ReadonlyMap<string, number>) => void
  },
): Commits => {
  const rows = createGroupCommit(
    createGroupRun(transactions, createNumberWriter(share), now),
    ({ keys }: Operation<unknown>) => keys.length,
  )
  const apply = createApply(transactions, createNumberWriter(share + 1))
  const applies = createShared(apply)
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
  const runAppend = createAppendRun(transactions, { maxQueued, now, apply })
  const appends = createGroupCommit(
    async (group: readonly Append[]) => {
      const answers = await runAppend(group)
      const taken = group.flatMap(({ entries }, at) => (answers[at] && 'value' in answers[at] ? entries : []))
      if (taken.length > 0) {
        applySoon()
        ring(countByAccount(taken))
      }
      return answers
    },
    ({ entries }) => entries.length,
  )

  return {
    // Both are what the group's run answers with.
    append: (entries) => appends.write({ entries }) as Promise<readonly PutResult[]>,
    write: <T>(operation: Operation<T>) => rows.write(operation) as Promise<T>,
    appendStatement: async (query) => {
      await appends.write({ entries: [], writes: [query] })
    },
    catchUp: async () => {
      const [inbox] = await read<{ pending: boolean }>({ text: sql.isPending })
      if (inbox?.pending) await applies.write(undefined)
    },
    end: async () => {
      isOver = true
      clearTimeout(timer)
      await Promise.all([appends.idle(), applies.idle(), rows.idle()])
    },
  }
}
