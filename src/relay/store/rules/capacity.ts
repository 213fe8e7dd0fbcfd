import type { NewEntry } from '../port.ts'

/** How many arriving records of an account may have to wait for `maxQueued`, by pool. */
export interface Demand {
  live: number
  import: number
}

/** The demand of each account. A record with a registration key counts before it is known what the key proves. */
export const demandOf = (
  entries: readonly Pick<NewEntry, 'account' | 'priority' | 'sender'>[],
): ReadonlyMap<string, Demand> => {
  const demands = new Map<string, Demand>()
  for (const { account, priority, sender } of entries) {
    if (sender === 'unproved') continue
    const demand = demands.get(account) ?? { live: 0, import: 0 }
    demand[priority]++
    demands.set(account, demand)
  }
  return demands
}

/**
 * Whether the queue has room for the demand of an account. Imported records get the part of `maxQueued` that live records
 * leave free. Live records never wait for imported ones, so that an import of any length takes no room from a backend.
 */
export const hasCapacity = (demand: Demand, queued: (pool: keyof Demand) => number, maxQueued: number): boolean => {
  const live = queued('live') + demand.live
  if (demand.live > 0 && live > maxQueued) return false
  return demand.import === 0 || live + queued('import') + demand.import <= maxQueued
}
