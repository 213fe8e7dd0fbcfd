import type { Transactions } from './connection.ts'
import { sql } from './statements.ts'

/** The numbers under which rows name their accounts. They are made once and kept for ever. */
export interface Accounts {
  /** The numbers of these accounts, which are made known if they are new. */
  make(names: Iterable<string>): Promise<(name: string) => number>
  /** The number of an account; of one that is not known, a number without rows. */
  find(name: string): Promise<number>
}

type AccountRow = Readonly<{ id: number; name: string }>
const unknownAccount = -1

export const createAccounts = ({ transact, read }: Transactions): Accounts => {
  const numbers = new Map<string, number>()
  const look = async (names: readonly string[]): Promise<string[]> => {
    const missing = names.filter((name) => !numbers.has(name))
    if (missing.length === 0) return []
    const found = await read<AccountRow>({ text: sql.findAccounts, values: [missing] })
    for (const { id, name } of found) numbers.set(name, id)
    return missing.filter((name) => !numbers.has(name))
  }
  const numberOf = (name: string): number => numbers.get(name) ?? unknownAccount

  return {
    make: async (names) => {
      const wanted = [...new Set(names)].sort()
      const missing = await look(wanted)
      if (missing.length > 0) {
        await transact(async () => ({
          result: undefined,
          last: missing.map((name) => ({ text: sql.addAccount, values: [name] })),
        }))
        await look(missing)
      }
      return numberOf
    },
    find: async (name) => {
      await look([name])
      return numberOf(name)
    },
  }
}
