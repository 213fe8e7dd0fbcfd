import type { Holder, UploadStore } from '../port.ts'
import { rowOf } from '../rules/columns.ts'
import { giveBack } from '../rules/results.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import { numberWrites } from './numbers.ts'
import { storable } from './row.ts'
import { sql } from './statements.ts'
import { createWork, type FoundRow } from './work.ts'

const nextSequence = (): number => {
  throw new Error('a row that is given back keeps its age')
}

/** Makes what takes everything from a holder, if its heartbeat is `heartbeat` where one is given, and resolves to the rows freed. */
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
      const work = createWork({ now: at, rows, queued: new Map(), evictable: [], nextSequence })
      const event = heartbeat === undefined ? undefined : 'expired'
      for (const row of rows) giveBack(work, { account: row.account, objectId: row.object_id }, rowOf(row), event)
      return {
        result: rows.length,
        last: [
          ...work.writes(),
          { text: sql.forgetSlots, values: [holder] },
          { text: sql.forgetHolder, values: [holder] },
          ...numberWrites(work.delta, at),
        ],
      }
    })

/** UploadStore's operations on holders and slots. */
export const createHolders = (
  transactions: Transactions,
  now: () => number,
): Omit<UploadStore, 'lease' | 'complete'> => {
  const { transact, read } = transactions
  const release = createRelease(transactions, now)
  return {
    takeSlots: ({ account, holder, want, limit }) =>
      transact(async ({ ask }) => {
        const answers = await ask({ text: sql.takeRowTurn }, ...addAccounts([account]), {
          text: sql.setSlots,
          values: [accountNumber(account), holder, Math.floor(want), limit],
        })
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
    leave: async (holder) => {
      await release(holder)
    },
  }
}
