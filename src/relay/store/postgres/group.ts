import { type Answer, answerOf } from '../group-commit.ts'
import type { NewEntry } from '../port.ts'
import { applyRecords } from '../rules/apply-record.ts'
import { entryOf, type StoredRecord } from '../rules/inbox-record.ts'
import type { Key, Operation } from '../rules/operation.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Session, Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import { findable } from './row.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow, idColumns, type Known, queuedKey } from './work.ts'

/** Approximate number of pending records that one transaction applies. */
const mostApplied = 2_000

/** Reads what the operations need, all at once: also as many of the oldest evictable rows as unproved records may evict. */
const readKnown = async (group: readonly Operation<unknown>[], ask: Session['ask']): Promise<Omit<Known, 'now'>> => {
  const names = group.flatMap((one) => one.keys)
  const keys = names.map(
    ({ account, objectId }): Key => ({ account: accountNumber(account), objectId: findable(objectId) }),
  )
  const counted = new Set(group.flatMap((one) => one.counted ?? []))
  if (keys.length + counted.size === 0) return { evictable: [], queued: new Map(), rows: [], lastSequence: 0 }
  const unproved = group.flatMap((one) => (one.maxUnproved === undefined ? [] : one.keys))
  const [rows, sequence, numbers, ...evictable] = await ask(
    { text: sql.findRows, values: idColumns(keys) },
    { text: sql.takeSequence, values: [names.length] },
    { text: sql.readQueuedRows, values: [[...counted].map(accountNumber)] },
    ...[...new Set(unproved.map(({ account }) => account))].map((account) => ({
      text: sql.oldestDeferred,
      values: [accountNumber(account), names.length + unproved.length],
    })),
  )
  const queued = rowsFrom<{ account: number; pool: string; n: number }>(numbers)
  return {
    evictable: evictable.flatMap((answer) => rowsFrom<FoundRow>(answer)),
    queued: new Map(queued.map(({ account, pool, n }) => [queuedKey(account, pool), n])),
    rows: rowsFrom<FoundRow>(rows),
    lastSequence: (rowsFrom<{ n: number }>(sequence)[0]?.n ?? 0) - names.length,
  }
}

interface InboxRow {
  seq: number
  /** The number of the newest row. */
  newest: number
  account: string
  received_at: number
  body: string
}

/** Applies the records of an inbox row, with the time of their acceptance. */
const applyInboxRow = ({ account, received_at: receivedAt, body }: InboxRow): Operation<unknown> => {
  // Written by an append.
  const entries: NewEntry[] = (JSON.parse(body) as StoredRecord[]).map((stored) => ({ ...entryOf(stored), account }))
  return applyRecords(entries, { receivedAt })
}

const accountsOf = (group: readonly Operation<unknown>[]): readonly string[] =>
  group.flatMap(({ keys, counted = [] }) => [...keys.map(({ account }) => account), ...counted])

/**
 * Makes the function that runs a group of operations in one transaction. The transaction first applies the records that are pending in
 * the inbox; with more than 2,000 of them, further transactions do so before it.
 *
 * All transactions that change rows take turns: they hold an advisory lock until they have committed. So the rows that one reads
 * do not change before it commits, and records are applied in the order of their acceptance, whichever relay accepted them.
 */
export const createGroupRun = (
  { transact }: Transactions,
  now: () => number,
): ((group: readonly Operation<unknown>[]) => Promise<readonly Answer[]>) => {
  /** Runs the group only after the pending records up to the number `upTo`, or up to the newest. */
  const runSome = (group: readonly Operation<unknown>[], upTo: number) =>
    transact<{ newest: number; answers: readonly Answer[] | undefined }>(async ({ ask }) => {
      const [, found] = await ask({ text: sql.takeRowTurn }, { text: sql.readInbox, values: [mostApplied] })
      const pending = rowsFrom<InboxRow>(found)
      const newest = pending[0]?.newest ?? 0
      const isCurrent = (pending.at(-1)?.seq ?? 0) >= Math.min(newest, upTo)
      const operations = [...pending.map(applyInboxRow), ...(isCurrent ? group : [])]
      const at = Math.floor(now())
      const work = createWork({ ...(await readKnown(operations, ask)), now: at })
      const answers = operations.map((one) => answerOf(() => one.run(work)))
      const applied = { text: sql.deleteApplied, values: [pending.map(({ seq }) => seq)] }
      const writes = [...(pending.length > 0 ? [applied] : []), ...work.writes()]
      return {
        result: { newest, answers: isCurrent ? answers.slice(pending.length) : undefined },
        last: writes.length > 0 ? [...addAccounts(accountsOf(group)), ...writes] : 'nothing to keep',
      }
    })

  return async (group) => {
    for (let upTo = Number.POSITIVE_INFINITY; ; ) {
      const { newest, answers } = await runSome(group, upTo)
      if (answers) return answers
      upTo = Math.min(upTo, newest)
    }
  }
}
