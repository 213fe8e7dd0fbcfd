import { randomInt } from 'node:crypto'
import type { Batch, Store } from '../port.ts'
import { type RowColumns, rowOf } from '../rules/columns.ts'
import { farthestDueMs as defaultFarthestDueMs, takeDue } from '../rules/due.ts'
import { countLeased } from '../rules/results.ts'
import { leasedEntryOf } from '../rules/row.ts'
import { createDelta } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import type { NumberWriter } from './numbers.ts'
import { lockHolder, release } from './release.ts'
import { sql } from './statements.ts'

/** `place` is where PostgreSQL has the row. */
type DueRow = RowColumns & Readonly<{ object_id: string; place: string }>

/** Numbers of leases are drawn: they need no order, and one in 2^48 of the same row is never drawn twice. */
const drawLease = (): number => randomInt(1, 2 ** 48 - 1)

/** Leases whose commit was asked for and not answered: rows may be leased that nobody knows of. */
const createDoubts = ({ transact }: Transactions, numbers: NumberWriter, now: () => number) => {
  const doubtful = new Map<string, Set<number>>()
  return {
    add: (id: string, lease: number): void => {
      doubtful.set(id, (doubtful.get(id) ?? new Set()).add(lease))
    },
    /** Gives back what these leases of a holder have. */
    settle: async (id: string): Promise<void> => {
      const leases = [...(doubtful.get(id) ?? [])]
      if (leases.length === 0) return
      await transact(async ({ ask }) => {
        const holder = await lockHolder(ask, id)
        if (holder === undefined) return { result: undefined, last: 'nothing to keep' }
        const { work } = await release(ask, holder, { leases, now: Math.floor(now()) })
        return { result: undefined, last: [...work.writes(), ...numbers.writes(work.delta, work.now)] }
      })
      const left = new Set([...(doubtful.get(id) ?? [])].filter((lease) => !leases.includes(lease)))
      if (left.size > 0) doubtful.set(id, left)
      else doubtful.delete(id)
    },
  }
}

/**
 * Makes Store.lease. Rows that somebody else is just writing are passed over, so that relays never wait for each other
 * here, and never get the same row.
 *
 * Should the connection be lost while a lease is being committed, rows may be leased that nobody knows of. Such a lease
 * is remembered, and what it has is given back before this holder leases anything else.
 */
export const createLease = (transactions: Transactions, numbers: NumberWriter, now: () => number): Store['lease'] => {
  const { transact } = transactions
  const doubts = createDoubts(transactions, numbers, now)

  return async ({ account: name, holder, max, batches = 1, flushMs, farthestDueMs = defaultFarthestDueMs }) => {
    await doubts.settle(holder)
    const account = accountNumber(name)
    const lease = drawLease()
    let asked = false
    try {
      return await transact<Batch | { waitMs: number | null }>(async ({ ask }) => {
        const at = Math.floor(now())
        const [alive, promoted, waiting, due] = await ask(
          { text: sql.findHolder, values: [holder] },
          { text: sql.promoteWaiting, values: [account, at, at + farthestDueMs] },
          { text: sql.nextWaiting, values: [account] },
          { text: sql.dueRows, values: [account, batches * max] },
        )
        const n = rowsFrom<{ n: number }>(alive)[0]?.n
        if (n === undefined) return { result: { waitMs: null }, last: 'nothing to keep' }
        const next = rowsFrom<{ due_at: number | null }>(waiting)[0]?.due_at ?? null
        const found = rowsFrom<DueRow>(due)
        const readyAts = found.map((one) => rowOf(one).readyAt)
        const take = takeDue(readyAts, next, { max, flushMs, now: at })
        if ('waitMs' in take) return { result: take, last: (promoted?.rowCount ?? 0) > 0 ? [] : 'nothing to keep' }
        const columns = found.slice(0, take.rows)
        const rows = columns.map(rowOf)

        const delta = createDelta()
        for (const row of rows) countLeased(delta, account, row)
        const entries = columns.map((one, index) =>
          leasedEntryOf(one.object_id, { ...(rows[index] ?? rowOf(one)), generation: lease }),
        )
        asked = true
        return {
          result: { account: name, entries },
          last: [
            { text: sql.insistOnHolder, values: [n] },
            { text: sql.leaseRows, values: [columns.map(({ place }) => place), n, lease] },
            ...numbers.writes(delta, at),
          ],
        }
      })
    } catch (error) {
      if (asked) doubts.add(holder, lease)
      throw error
    }
  }
}
