import { rowOf } from '../rules/columns.ts'
import { giveBack } from '../rules/results.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import type { NumberWriter } from './numbers.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow, type Work } from './work.ts'

const nextSequence = (): number => {
  throw new Error('a row that is given back keeps its age')
}

/** Frees rows. They are due at once, at their old age and at no cost. */
const free = (rows: readonly FoundRow[], now: number, isExpired: boolean): Work => {
  const work = createWork({ now, rows, queued: new Map(), evictable: [], nextSequence })
  for (const found of rows)
    giveBack(
      work,
      { account: found.account, objectId: found.object_id },
      rowOf(found),
      isExpired ? 'expired' : undefined,
    )
  return work
}

/**
 * Takes rows from a holder, and resolves to how many. Those of certain `leases`; otherwise all, with the slots, and the holder is
 * forgotten. With a `heartbeat` only if that is still the holder's, whose rows then count as expired.
 */
export type Release = (id: string, of?: { heartbeat?: number; leases?: readonly number[] }) => Promise<number>

export const createRelease =
  ({ transact }: Transactions, numbers: NumberWriter, now: () => number): Release =>
  (id, { heartbeat, leases } = {}) =>
    transact(async ({ ask }) => {
      // Waits for leases of this holder that are being written.
      const [found] = await ask({ text: sql.lockHolder, values: [id, heartbeat ?? null] })
      const holder = rowsFrom<{ n: number }>(found)[0]?.n
      if (holder === undefined) return { result: 0, last: 'nothing to keep' }
      const [held] = await ask({ text: sql.heldRows, values: [holder, leases ?? null] })
      const rows = rowsFrom<FoundRow>(held)
      const work = free(rows, Math.floor(now()), heartbeat !== undefined)
      const forget = [
        { text: sql.forgetSlots, values: [holder] },
        { text: sql.forgetHolder, values: [holder] },
      ]
      const last = [...work.writes(), ...(leases ? [] : forget), ...numbers.writes(work.delta, work.now)]
      return { result: rows.length, last }
    })
