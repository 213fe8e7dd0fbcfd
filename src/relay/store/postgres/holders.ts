import type { Holder } from '../port.ts'
import { accountNumber, addAccounts } from './accounts.ts'
import type { Ending, Session, Transactions } from './connection.ts'
import { rowsFrom } from './driver.ts'
import type { NumberWriter } from './numbers.ts'
import { forgetHolder, lockHolder, release } from './release.ts'
import { storable } from './row.ts'
import { sql } from './statements.ts'

/** Store's operations on holders and slots, by the same names. */
export interface Holders {
  takeSlots(request: { account: string; holder: string; want: number; limit: number }): Promise<number>
  join(holder: string, report: string): Promise<void>
  beat(holder: string, report: string): Promise<boolean>
  holders(): Promise<readonly Holder[]>
  reap(stale: readonly Pick<Holder, 'id' | 'beat'>[]): Promise<number>
  leave(holder: string): Promise<void>
}

export const createHolders = ({ transact, read }: Transactions, numbers: NumberWriter, now: () => number): Holders => {
  /** Takes everything from a holder, if its beat is `beat` where one is given. Resolves to how many rows became free. */
  const remove = (id: string, beat?: number): Promise<number> =>
    transact(async ({ ask }: Session): Promise<Ending<number>> => {
      const holder = await lockHolder(ask, id, beat)
      if (holder === undefined) return { result: 0, last: 'nothing to keep' }
      const at = Math.floor(now())
      const { freed, work } = await release(ask, holder, {
        now: at,
        ...(beat === undefined ? {} : { event: 'expired' }),
      })
      return { result: freed, last: [...work.writes(), ...forgetHolder(holder), ...numbers.writes(work.delta, at)] }
    })

  return {
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
    beat: (holder, report) =>
      transact(async ({ ask }) => {
        const [beaten] = await ask({ text: sql.beatHolder, values: [holder, storable(report)] })
        return { result: (beaten?.rowCount ?? 0) > 0, last: [] }
      }),
    holders: () => read<Holder>({ text: sql.allHolders }),
    reap: async (stale) => {
      let freed = 0
      for (const { id, beat } of stale) freed += await remove(id, beat)
      return freed
    },
    leave: async (holder) => {
      await remove(holder)
    },
  }
}
