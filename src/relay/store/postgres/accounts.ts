import { createHash } from 'node:crypto'
import type { PgQuery } from './driver.ts'
import { sql } from './statements.ts'

const numbers = new Map<string, number>()

/**
 * The number of an account in its rows: the first 48 bits of the SHA-256 of its name. It depends only on the name, so an account keeps
 * its number when the database is replaced under a running relay. Two names with the same number cannot both be stored.
 */
export const accountNumber = (name: string): number => {
  const known = numbers.get(name)
  if (known !== undefined) return known
  const number = createHash('sha256').update(name).digest().readUIntBE(0, 6)
  numbers.set(name, number)
  return number
}

/** Adds accounts to the database in the transaction that stores their rows; rows of unknown accounts are refused. */
export const addAccounts = (names: Iterable<string>): readonly PgQuery[] => {
  const sorted = [...new Set(names)].sort()
  return sorted.length > 0 ? [{ text: sql.addAccounts, values: [sorted.map(accountNumber), sorted] }] : []
}
