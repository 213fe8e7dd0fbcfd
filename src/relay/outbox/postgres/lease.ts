import { randomInt } from 'node:crypto'
import type { Batch } from '../store.ts'
import { createDelta } from '../tally.ts'
import { farthestDueMs as defaultFarthestDueMs } from '../transition.ts'
import type { Accounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import type { NumberWriter } from './numbers.ts'
import { lockHolder, release } from './release.ts'
import { leasedEntryOf, type Row, type RowColumns, rowOf } from './row.ts'
import { sql } from './statements.ts'

export interface LeaseRequest {
  account: string
  holder: string
  max: number
  flushMs: number
  farthestDueMs?: number
}

/** `place` is where PostgreSQL has the row. */
type DueRow = RowColumns & Readonly<{ place: string }>

/** Numbers of leases are drawn: they need no order, and one in 2^48 of the same row is never drawn twice. */
const drawLease = (): number => randomInt(1, 2 ** 48 - 1)

/** How long due rows that fill no batch are held back, in ms; undefined: not at all. `next` is when another is due. */
const holdBackMs = (
  due: readonly Row[],
  next: number | null,
  { max, flushMs, now }: { max: number; flushMs: number; now: number },
): number | null | undefined => {
  if (due.length >= max) return undefined
  const untilNext = next === null ? null : next - now
  if (due.length === 0) return untilNext
  const ages = due.map((row) => now - row.readyAt)
  const wait = flushMs - Math.max(...ages)
  // An age below zero is a clock that was set back: such a row is not kept waiting for it.
  return wait > 0 && ages.every((age) => age >= 0) ? Math.min(wait, untilNext ?? wait) : undefined
}

/**
 * Makes Store.lease. Rows that somebody else is just writing are passed over, so that relays never wait for each other
 * here, and never get the same row.
 *
 * Should the connection be lost while a lease is being committed, rows may be leased that nobody knows of. Such a lease
 * is remembered, and what it has is given back before this holder leases anything else.
 */
export const createLease = (
  { transact }: Transactions,
  accounts: Accounts,
  numbers: NumberWriter,
  now: () => number,
): ((request: LeaseRequest) => Promise<Batch | { waitMs: number | null }>) => {
  const doubtful = new Map<string, Set<number>>()

  const settleDoubts = async (id: string): Promise<void> => {
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
  }
  const doubt = (id: string, lease: number): void => {
    doubtful.set(id, (doubtful.get(id) ?? new Set()).add(lease))
  }

  return async ({ account: name, holder, max, flushMs, farthestDueMs = defaultFarthestDueMs }) => {
    await settleDoubts(holder)
    const account = (await accounts.make([name]))(name)
    const lease = drawLease()
    let asked = false
    try {
      return await transact<Batch | { waitMs: number | null }>(async ({ ask }) => {
        const at = Math.floor(now())
        const [found, promoted, waiting, due] = await ask(
          { text: sql.findHolder, values: [holder] },
          { text: sql.promoteWaiting, values: [account, at, at + farthestDueMs] },
          { text: sql.nextWaiting, values: [account] },
          { text: sql.dueRows, values: [account, max] },
        )
        const n = rowsFrom<{ n: number }>(found)[0]?.n
        if (n === undefined) return { result: { waitMs: null }, last: 'nothing to keep' }
        const columns = rowsFrom<DueRow>(due)
        const rows = columns.map(rowOf)
        const next = rowsFrom<{ due_at: number | null }>(waiting)[0]?.due_at ?? null
        const waitMs = holdBackMs(rows, next, { max, flushMs, now: at })
        if (waitMs !== undefined)
          return { result: { waitMs }, last: (promoted?.rowCount ?? 0) > 0 ? [] : 'nothing to keep' }

        const delta = createDelta()
        for (const { lane } of rows) {
          delta.add(String(account), `state:queued:${lane}`, -1)
          delta.add(String(account), `state:uploading:${lane}`, 1)
        }
        const entries = columns.map((one, index) => leasedEntryOf(one.object_id, rows[index] ?? rowOf(one), lease))
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
      if (asked) doubt(holder, lease)
      throw error
    }
  }
}
