import type { Transactions } from './connection.ts'
import { sql } from './statements.ts'

/** Knows which accounts' queues are far from their limit, so that they need not be summed up for every group of new rows. */
export interface Room {
  /**
   * Whether there is room in any case for so many more live rows: for each the number of its account. Asks the database at
   * most once a second and account; rejects with a StoreError where that fails.
   */
  isAmple(accounts: readonly number[]): Promise<boolean>
}

/** How long a number that was read, with what this process has added to it, is taken for true, in ms. */
const trustedMs = 1_000
/** More rows than all relays together queue in that time: a database commits some ten thousand a second. */
const ampleRows = 250_000

/** Makes the room of one store, each of whose accounts may hold `maxQueued` live rows. */
export const createRoom = (
  { read }: Pick<Transactions, 'read'>,
  maxQueued: number,
  clock: () => number = () => performance.now(),
): Room => {
  const known = new Map<number, { queued: number; readAt: number }>()

  const readAgain = async (accounts: readonly number[]): Promise<void> => {
    const readAt = clock()
    const found = await read<{ account: number; n: number }>({
      text: sql.readNumbers,
      values: [accounts, 'state:queued:live'],
    })
    for (const account of accounts)
      known.set(account, { queued: found.find((one) => one.account === account)?.n ?? 0, readAt })
  }

  return {
    isAmple: async (accounts) => {
      if (maxQueued < ampleRows) return false
      const named = [...new Set(accounts)]
      const old = named.filter(
        (account) => clock() - (known.get(account)?.readAt ?? Number.NEGATIVE_INFINITY) >= trustedMs,
      )
      if (old.length > 0) await readAgain(old)
      for (const account of accounts) {
        const of = known.get(account)
        if (of) of.queued++
      }
      return named.every((account) => (known.get(account)?.queued ?? 0) <= maxQueued - ampleRows)
    },
  }
}
