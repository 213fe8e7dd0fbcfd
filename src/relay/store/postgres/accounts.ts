import { createHash } from 'node:crypto'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

const numbers = new Map<string, number>()

/**
 * The number under which rows name an account: the first 48 bits of the SHA-256 of its name. It follows from the name
 * alone, so nothing that one database said is remembered about another: where the database is exchanged under a running
 * relay, an account's number is still its own. Two names with one number cannot both be stored.
 */
export const accountNumber = (name: string): number => {
  const known = numbers.get(name)
  if (known !== undefined) return known
  const number = createHash('sha256').update(name).digest().readUIntBE(0, 6)
  numbers.set(name, number)
  return number
}

/** Makes accounts known to the database, in the transaction that stores rows of theirs; rows of others are refused. */
export const addAccounts = (names: Iterable<string>): readonly PgQuery[] => {
  const sorted = [...new Set(names)].sort()
  return sorted.length > 0 ? [{ text: sql.addAccounts, values: [sorted.map(accountNumber), sorted] }] : []
}
