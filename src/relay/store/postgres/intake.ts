import { StoreError } from '../errors.ts'
import type { NewEntry, PutResult, StoreOptions } from '../port.ts'
import { demandOf } from '../rules/capacity.ts'
import { assertCapacity, enter as enterOne } from '../rules/enter.ts'
import * as rules from '../rules/remove.ts'
import type { Key, Rows } from '../rules/rows.ts'
import { accountNumber } from './accounts.ts'
import type { Operation } from './operation.ts'
import { storable } from './row.ts'

/** The key of a row that an operation names. */
export const keyOf = ({ account, objectId }: { account: string; objectId: string }): Key => ({
  account: accountNumber(account),
  objectId,
})

/** Decides upon records one after another and makes their rows. */
export const enter = (
  entries: readonly NewEntry[],
  { acceptedAt, maxUnproved = 0 }: { acceptedAt?: number; maxUnproved?: number },
): Operation<readonly PutResult[]> => ({
  keys: entries,
  run: (work) =>
    entries.map((entry) => enterOne(work, keyOf(entry), { entry, receivedAt: acceptedAt ?? work.now }, maxUnproved)),
})

/** How many rows of an account may be queued; see StoreOptions. */
export type Capacities = Readonly<Required<Pick<StoreOptions, 'maxQueued' | 'maxUnproved'>>>

/**
 * See Store.put; for records whose results somebody waits for. The limit is exact for this process. What other processes
 * commit at the same moment is not seen, so that each of them may go over it by the records of one transaction.
 */
export const put = (
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: Capacities,
): Operation<readonly PutResult[]> => {
  const demands = [...demandOf(entries)]
  const unproved = entries
    .filter(({ sender }) => sender === 'unproved' || sender === 'key')
    .map(({ account }) => account)
  const { keys, run } = enter(entries, { maxUnproved })
  return {
    keys,
    counted: demands.map(([account]) => account),
    countedImports: demands.filter(([, demand]) => demand.import > 0).map(([account]) => account),
    ...(unproved.length > 0 ? { unproved: { accounts: unproved, most: maxUnproved } } : {}),
    run: (work) => {
      assertCapacity(entries, (account, pool) => work.queued(accountNumber(account), pool), maxQueued)
      return run(work)
    },
  }
}

/** Longest objectId that fits into an index, in bytes. */
const mostIdBytes = 2_000

/**
 * Refuses what could not be applied: an acknowledged record must not wait for ever.
 *
 * @throws StoreError (`unavailable`)
 */
export const checkStorable = (entries: readonly NewEntry[]): void => {
  for (const { objectId } of entries)
    if (storable(objectId) !== objectId || Buffer.byteLength(objectId) > mostIdBytes)
      throw new StoreError('unavailable', 'PostgreSQL cannot store this objectId')
}

const onOne =
  (run: (rows: Rows, key: Key) => boolean) =>
  (account: string, objectId: string): Operation<boolean> => {
    const name = { account, objectId }
    return { keys: [name], run: (work) => run(work, keyOf(name)) }
  }

/** See Store.withdraw. */
export const withdraw = onOne(rules.withdraw)

/** See Store.erase; the caller cleans up afterwards, because old versions of the row may still be in the tables. */
export const erase = onOne(rules.erase)
