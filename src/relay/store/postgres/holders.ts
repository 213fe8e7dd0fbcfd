import type { Holder, UploadStore } from '../port.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import type { Release } from './release.ts'
import { storable } from './row.ts'
import { sql } from './statements.ts'

/** UploadStore's operations on holders and slots. */
export const createHolders = (
  { transact, read }: Transactions,
  release: Release,
): Omit<UploadStore, 'lease' | 'complete'> => ({
  takeSlots: ({ account, holder, want, limit }) => {
    const number = accountNumber(account)
    return transact(async ({ ask }) => {
      const [, , , granted] = await ask(
        ...addAccounts([account]),
        { text: sql.lockAccount, values: [number] },
        { text: sql.shareHolder, values: [holder] },
        { text: sql.setSlots, values: [number, holder, Math.floor(want), limit] },
      )
      // Nothing comes back for a holder that is not known.
      return { result: rowsFrom<{ held: number }>(granted)[0]?.held ?? 0, last: [] }
    })
  },
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
    for (const { id, heartbeat } of stale) freed += await release(id, { heartbeat })
    return freed
  },
  leave: async (holder) => {
    await release(holder)
  },
})
