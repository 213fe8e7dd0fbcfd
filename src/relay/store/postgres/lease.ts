import { randomInt } from 'node:crypto'
import type { Batch, Completion, LeasedEntry, Store } from '../port.ts'
import { type RowColumns, rowOf } from '../rules/columns.ts'
import { farthestDueMs as defaultFarthestDueMs, takeDue } from '../rules/due.ts'
import { countLeased } from '../rules/results.ts'
import { leasedEntryOf } from '../rules/row.ts'
import { createDelta } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import { numberWrites } from './numbers.ts'
import { sql } from './statements.ts'

type DueRow = RowColumns & Readonly<{ object_id: string }>

/** Lease numbers are random: they need no order, and with 2^48 values a row practically never gets one twice. */
const drawLease = (): number => randomInt(1, 2 ** 48 - 1)

/**
 * Makes Store.lease.
 *
 * When the connection is lost during the commit of a lease, rows may be leased that this process does not know of. It returns them
 * before this holder leases anything else.
 */
export const createLease = (
  { transact }: Transactions,
  now: () => number,
  giveBack: Store['complete'],
): Store['lease'] => {
  let doubtful: { holder: string; completions: readonly Completion[] }[] = []
  const giveBackDoubtful = async (holder: string): Promise<void> => {
    const mine = doubtful.filter((one) => one.holder === holder)
    for (const { completions } of mine) await giveBack(holder, completions)
    doubtful = doubtful.filter((one) => !mine.includes(one))
  }

  return async ({ account: name, holder, max, batches = 1, flushMs, farthestDueMs = defaultFarthestDueMs }) => {
    await giveBackDoubtful(holder)
    const account = accountNumber(name)
    const lease = drawLease()
    let entries: readonly LeasedEntry[] = []
    try {
      return await transact<Batch | { waitMs: number | null }>(async ({ ask }) => {
        const at = Math.floor(now())
        const [, alive, promoted, waiting, due] = await ask(
          { text: sql.takeRowTurn },
          { text: sql.findHolder, values: [holder] },
          { text: sql.promoteWaiting, values: [account, at, at + farthestDueMs] },
          { text: sql.nextWaiting, values: [account] },
          { text: sql.dueRows, values: [account, batches * max] },
        )
        const n = rowsFrom<{ n: number }>(alive)[0]?.n
        if (n === undefined) return { result: { waitMs: null }, last: 'nothing to keep' }
        const next = rowsFrom<{ due_at: number | null }>(waiting)[0]?.due_at ?? null
        const found = rowsFrom<DueRow>(due).map((columns) => ({ objectId: columns.object_id, row: rowOf(columns) }))
        const readyAts = found.map(({ row }) => row.readyAt)
        const take = takeDue(readyAts, next, { max, flushMs, now: at })
        if ('waitMs' in take) return { result: take, last: (promoted?.rowCount ?? 0) > 0 ? [] : 'nothing to keep' }

        const taken = found.slice(0, take.rows)
        const delta = createDelta()
        for (const { row } of taken) countLeased(delta, account, row)
        entries = taken.map(({ objectId, row }) => leasedEntryOf(objectId, { ...row, generation: lease }))
        const values = [account, taken.map(({ objectId }) => objectId), n, lease]
        return {
          result: { account: name, entries },
          last: [{ text: sql.leaseRows, values }, ...numberWrites(delta, at)],
        }
      })
    } catch (error) {
      const outcome = { kind: 'returned' } as const
      const completions = entries.map((entry) => ({ ...entry, account: name, outcome }))
      if (completions.length > 0) doubtful.push({ holder, completions })
      throw error
    }
  }
}
