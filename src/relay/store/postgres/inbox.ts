import { type Answer, answerOf } from '../group-commit.ts'
import type { NewEntry, PutResult } from '../port.ts'
import { assertCapacity } from '../rules/capacity.ts'
import { enterAll } from '../rules/enter.ts'
import { entryOf, type StoredRecord, storedOf } from '../rules/inbox-record.ts'
import { minuteOf } from '../rules/tally.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import { runOperations } from './group.ts'
import type { NumberWriter } from './numbers.ts'
import { sql } from './statements.ts'

/*
 * Live records of backends are appended to a table without further indexes, one row for each group commit and account. The
 * acknowledgement follows that commit. Afterwards the rows are *applied*: one transaction reads the oldest of them, decides on their
 * records, writes these to the other tables and deletes the inbox rows. So a process that dies has done all of it or nothing.
 *
 * Order: transactions that append take turns by a lock that they keep until they have committed, so all earlier rows are visible with a
 * row. Transactions that apply take turns by another lock. So records are applied in the order of their acceptance, and the last record
 * of an objectId wins, whichever relay accepted it.
 */

/** Pending records above which an append applies them first. */
const mostPending = 20_000
/** Records in one transaction of the applier. */
const mostApplied = 2_000

interface InboxRow {
  seq: number
  account: string
  received_at: number
  body: string
}

const entriesOf = ({ account, body }: InboxRow): NewEntry[] =>
  // Written by an append.
  (JSON.parse(body) as StoredRecord[]).map((stored) => ({ ...entryOf(stored), account }))

const queued: PutResult = { result: 'queued' }

/**
 * Makes what appends a group of calls. One without records is a probe: it makes a small durable write. A call that its account's queue has no room for is refused alone: the queue is
 * what is in the tables and what is pending. Other relays' appends of the same moment are not seen, so that each of them
 * may go over the limit by one group.
 */
export const createAppendRun = (
  { transact, read }: Transactions,
  { share, maxQueued, now, apply }: { share: number; maxQueued: number; now: () => number; apply: () => Promise<void> },
): ((group: readonly (readonly NewEntry[])[]) => Promise<readonly Answer[]>) => {
  const readQueued = async (accounts: readonly string[]): Promise<Map<string, number>> => {
    const values = [accounts.map(accountNumber)]
    const rows = await read<{ queued: number; pending: number }>({ text: sql.readQueued, values })
    if ((rows[0]?.pending ?? 0) > mostPending) {
      await apply()
      return readQueued(accounts)
    }
    return new Map(accounts.map((account, at) => [account, rows[at]?.queued ?? 0]))
  }
  return async (group) => {
    const accounts = [...new Set(group.flat().map(({ account }) => account))]
    const queuedNow = await readQueued(accounts)
    const come = new Map<string, NewEntry[]>(accounts.map((account) => [account, []]))
    const answers = group.map((entries) =>
      answerOf(() => {
        assertCapacity(entries, (account) => queuedNow.get(account) ?? 0, maxQueued)
        for (const entry of entries) {
          come.get(entry.account)?.push(entry)
          queuedNow.set(entry.account, (queuedNow.get(entry.account) ?? 0) + 1)
        }
        return entries.map(() => queued)
      }),
    )
    const rows = [...come].filter(([, entries]) => entries.length > 0)
    const at = Math.floor(now())
    const columns = [
      rows.map(([account]) => accountNumber(account)),
      rows.map(() => at),
      rows.map(([, entries]) => entries.length),
      rows.map(([, entries]) => JSON.stringify(entries.map(storedOf))),
    ]
    const isProbed = group.some((entries) => entries.length === 0)
    if (rows.length === 0 && !isProbed) return answers
    await transact(async () => ({
      isRepeatable: true,
      result: undefined,
      last: [
        ...(isProbed ? [{ text: sql.touchProbe, values: [share] }] : []),
        ...addAccounts(rows.map(([account]) => account)),
        { text: sql.lockAppends },
        { text: sql.append, values: columns },
      ],
    }))
    return answers
  }
}

/**
 * Makes the function that applies all pending records. Each transaction applies rows of one minute with the time of their acceptance, so
 * decisions and counts do not depend on the time at which a record is applied.
 */
export const createApply = ({ transact }: Transactions, numbers: NumberWriter): (() => Promise<void>) => {
  /** Resolves to the newest row that was pending, and the newest that is applied. */
  const applySome = (): Promise<{ newest: number; applied: number } | undefined> =>
    transact(async ({ ask }) => {
      const [, found] = await ask({ text: sql.lockApply }, { text: sql.readInbox, values: [mostApplied] })
      const pending = rowsFrom<InboxRow & { newest: number }>(found)
      const [first] = pending
      if (!first) return { result: undefined, last: 'nothing to keep' }
      const end = pending.findIndex(({ received_at: at }) => minuteOf(at) !== minuteOf(first.received_at))
      const rows = end < 0 ? pending : pending.slice(0, end)
      const last = rows.at(-1) ?? first
      const { writes } = await runOperations(
        ask,
        rows.map((row) => enterAll(entriesOf(row), { receivedAt: row.received_at })),
        numbers,
        last.received_at,
      )
      return {
        result: { newest: first.newest, applied: last.seq },
        last: [...writes, { text: sql.deleteApplied, values: [rows.map(({ seq }) => seq)] }],
      }
    })

  return async () => {
    const first = await applySome()
    for (let at = first; first && at && at.applied < first.newest; ) at = await applySome()
  }
}
