import { randomInt } from 'node:crypto'
import type { Completion, Holder, Lease, LeasedEntry, Store, UploadStore } from '../port.ts'
import { type FoundColumns, rowOf } from '../rules/columns.ts'
import { farthestDueMs as defaultFarthestDueMs, takeDue } from '../rules/due.ts'
import { countLeased, giveBack } from '../rules/results.ts'
import { leasedEntryOf } from '../rules/row.ts'
import { createDelta } from '../rules/tally.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import { storable } from './row.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow, numberWrites } from './work.ts'

/** Lease numbers are random: they need no order, and with 2^48 values a row practically never gets one twice. */
const drawLease = (): number => randomInt(1, 2 ** 48 - 1)

/**
 * Makes Store.lease.
 *
 * When the connection is lost during the commit of a lease, this process does not know whether the rows are leased. It returns
 * them before this holder leases anything else.
 */
const createLease = ({ transact }: Transactions, now: () => number, complete: Store['complete']): Store['lease'] => {
  let doubtful: { holder: string; completions: readonly Completion[] }[] = []
  const giveBackDoubtful = async (holder: string): Promise<void> => {
    const mine = doubtful.filter((one) => one.holder === holder)
    for (const { completions } of mine) await complete(holder, completions)
    doubtful = doubtful.filter((one) => !mine.includes(one))
  }

  return async ({ account: name, holder, max, batches = 1, flushMs, farthestDueMs = defaultFarthestDueMs }) => {
    await giveBackDoubtful(holder)
    const account = accountNumber(name)
    const lease = drawLease()
    let entries: readonly LeasedEntry[] = []
    try {
      return await transact<Lease | { waitMs: number | null }>(async ({ ask }) => {
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
        const found = rowsFrom<FoundColumns>(due).map((columns) => ({ id: columns.object_id, row: rowOf(columns) }))
        const readyAts = found.map(({ row }) => row.readyAt)
        const take = takeDue(readyAts, next, { max, flushMs, now: at })
        if ('waitMs' in take) return { result: take, last: (promoted?.rowCount ?? 0) > 0 ? [] : 'nothing to keep' }

        const taken = found.slice(0, take.rows)
        const delta = createDelta()
        for (const { row } of taken) countLeased(delta, account, row)
        entries = taken.map(({ id, row }) => leasedEntryOf(id, { ...row, generation: lease }))
        const values = [account, taken.map(({ id }) => id), n, lease]
        const last = [{ text: sql.leaseRows, values }, ...numberWrites(delta, at)]
        return { result: { account: name, entries }, last }
      })
    } catch (error) {
      const outcome = { kind: 'returned' } as const
      const completions = entries.map((entry) => ({ ...entry, account: name, outcome }))
      if (completions.length > 0) doubtful.push({ holder, completions })
      throw error
    }
  }
}

/**
 * Makes the function that takes all rows and slots from a holder and removes the holder; with `heartbeat` only if that is still
 * the holder's. Resolves to the number of freed rows.
 */
const createRelease =
  ({ transact }: Transactions, now: () => number) =>
  (id: string, heartbeat?: number): Promise<number> =>
    transact(async ({ ask }) => {
      const [, found] = await ask({ text: sql.takeRowTurn }, { text: sql.lockHolder, values: [id, heartbeat ?? null] })
      const holder = rowsFrom<{ n: number }>(found)[0]?.n
      if (holder === undefined) return { result: 0, last: 'nothing to keep' }
      const [held] = await ask({ text: sql.heldRows, values: [holder] })
      const rows = rowsFrom<FoundRow>(held)
      const at = Math.floor(now())
      const work = createWork({ now: at, rows, queued: new Map(), evictable: [], lastSequence: 0 })
      const event = heartbeat === undefined ? undefined : 'expired'
      for (const row of rows) giveBack(work, { account: row.account, objectId: row.object_id }, rowOf(row), event)
      const forget = [sql.forgetSlots, sql.forgetHolder].map((text) => ({ text, values: [holder] }))
      return { result: rows.length, last: [...work.writes(), ...forget] }
    })

/** @param complete also called to return rows when it is not known whether they were leased; see `createLease`. */
export const createUploads = (
  transactions: Transactions,
  now: () => number,
  complete: Store['complete'],
): UploadStore => {
  const { transact, read } = transactions
  const release = createRelease(transactions, now)
  return {
    lease: createLease(transactions, now, complete),
    complete,
    takeSlots: ({ account, holder, want, limit }) =>
      transact(async ({ ask }) => {
        const set = { text: sql.setSlots, values: [accountNumber(account), holder, Math.floor(want), limit] }
        const answers = await ask({ text: sql.takeRowTurn }, ...addAccounts([account]), set)
        // There is no row for an unknown holder.
        return { result: rowsFrom<{ held: number }>(answers.at(-1))[0]?.held ?? 0, last: [] }
      }),
    join: (holder, report) =>
      transact(async () => ({
        result: undefined,
        last: [{ text: sql.joinHolder, values: [holder, storable(report)] }],
      })),
    heartbeat: (holder, report) =>
      transact(async ({ ask }) => {
        const [changed] = await ask({ text: sql.heartbeatHolder, values: [holder, storable(report)] })
        return { result: (changed?.rowCount ?? 0) > 0, last: [] }
      }),
    holders: () => read<Holder>({ text: sql.allHolders }),
    takeOver: async (stale) => {
      let freed = 0
      for (const { id, heartbeat } of stale) freed += await release(id, heartbeat)
      return freed
    },
    leave: async (holder) => void (await release(holder)),
  }
}
