import type { EventName } from '../port.ts'
import { rowOf } from '../rules/columns.ts'
import { giveBack } from '../rules/results.ts'
import type { Session } from './connection.ts'
import { type PgQuery, rowsFrom } from './driver.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow, type Work } from './work.ts'

/** What became of a holder's rows: `work` writes it. */
export interface Released {
  freed: number
  work: Work
}

/**
 * Takes rows from a holder: all, or those of certain leases. They are due at once, at their old age and at no cost.
 * Expects the holder's row to be locked, so that no lease of it is being written meanwhile.
 */
export const release = async (
  ask: Session['ask'],
  holder: number,
  { leases, now, event }: { leases?: readonly number[]; now: number; event?: EventName },
): Promise<Released> => {
  const [held] = await ask({ text: sql.heldRows, values: [holder, leases ?? null] })
  const rows = rowsFrom<FoundRow>(held)
  const nextSequence = (): number => {
    throw new Error('a row that is given back keeps its age')
  }
  const work = createWork({ now, rows, queued: new Map(), evictable: [], nextSequence })
  for (const found of rows) giveBack(work, { account: found.account, objectId: found.object_id }, rowOf(found), event)
  return { freed: rows.length, work }
}

/** Locks a holder, and thereby waits for leases of it that are being written. Undefined when there is no such holder. */
export const lockHolder = async (ask: Session['ask'], id: string, beat?: number): Promise<number | undefined> => {
  const [found] = await ask({ text: sql.lockHolder, values: [id, beat ?? null] })
  return rowsFrom<{ n: number }>(found)[0]?.n
}

/** Makes a holder unknown. Its rows must have been taken from it. */
export const forgetHolder = (holder: number): readonly PgQuery[] => [
  { text: sql.forgetSlots, values: [holder] },
  { text: sql.forgetHolder, values: [holder] },
]
