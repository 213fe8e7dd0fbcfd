import { expect } from 'vitest'
import { bulkOf, flatRow } from '../../src/relay/store/bulk.ts'
import type { Bulk, NewEntry, Store } from '../../src/relay/store/port.ts'
import { account } from './new-entry.ts'

/** Rows of an import on their way into a store. */
export const newBulk = (entries: readonly NewEntry[], more: Partial<Bulk> = {}): Bulk => ({
  ...bulkOf({ account, replaceLive: false }, entries.map(flatRow)),
  ...more,
})

/** Puts a bulk and resolves to the result of each of its rows. */
export const putBulk = async (store: Store, bulk: Bulk): Promise<string[]> => {
  const { others } = await store.putBulk(bulk)
  const results = new Map<number, string>(others)
  expect([...results.values()]).not.toContain('queued')
  return Array.from({ length: bulk.rows }, (_, row) => results.get(row) ?? 'queued')
}
