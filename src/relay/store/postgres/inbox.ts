import { type Answer, answerOf } from '../group-commit.ts'
import type { NewEntry, PutResult } from '../port.ts'
import { assertCapacity } from '../rules/apply-record.ts'
import { storedOf } from '../rules/inbox-record.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { sql } from './statements.ts'

/** Pending records above which an append waits until they are applied. */
const mostPending = 20_000

const queued: PutResult = { result: 'queued' }

/**
 * Makes the function that appends a group of calls to the inbox: a table without secondary indexes, with one row for each group
 * commit and account. The acknowledgement follows that commit. A call without records is a probe, which makes a small durable
 * write. Transactions that append hold a lock until they have committed, so a reader that sees a row sees all earlier ones too.
 *
 * A call that exceeds its account's capacity is refused alone. Queued rows and pending records count. The appends of other relays
 * at the same moment are not seen, so each relay may exceed the capacity by one group.
 */
export const createAppendRun = (
  { transact, read }: Transactions,
  { maxQueued, now, apply }: { maxQueued: number; now: () => number; apply: () => Promise<void> },
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
        ...addAccounts(rows.map(([account]) => account)),
        { text: sql.takeAppendTurn },
        ...(isProbed ? [{ text: sql.touchProbe }] : []),
        { text: sql.append, values: columns },
      ],
    }))
    return answers
  }
}
