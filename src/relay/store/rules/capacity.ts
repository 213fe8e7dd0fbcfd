import { StoreError } from '../errors.ts'
import type { NewEntry } from '../port.ts'

/**
 * Refuses records that the queue has no room for. Imported records get the part of `maxQueued` that live records leave free.
 * Live records never wait for imported ones, so that an import of any length takes no room from a backend. A record with a
 * registration key counts before it is known what the key proves.
 *
 * @param queued how many rows of a pool an account has.
 * @throws StoreError (`full`)
 */
export const assertCapacity = (
  entries: readonly NewEntry[],
  queued: (account: string, pool: 'live' | 'import') => number,
  maxQueued: number,
): void => {
  const proved = entries.filter(({ sender }) => sender !== 'unproved')
  for (const account of new Set(proved.map((entry) => entry.account))) {
    const mine = proved.filter((entry) => entry.account === account)
    const imported = mine.filter(({ priority }) => priority === 'import').length
    const live = queued(account, 'live') + mine.length - imported
    const isFull =
      (imported < mine.length && live > maxQueued) ||
      (imported > 0 && live + queued(account, 'import') + imported > maxQueued)
    if (isFull) throw new StoreError('full', `more than ${maxQueued} records are queued`)
  }
}
