import { apply } from './apply.ts'
import { fromInbox, type InboxRecord } from './inbox-records.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Duration of one slice of a merge, about, in ms. No request waits longer for one. */
const sliceMs = 10
/** Most records of one slice. */
const sliceRecords = 1_000
/** Most records that are applied within the transaction that needs them. */
export const smallInbox = 2_000

/** Pending records above which a transaction applies as many as it appends. */
const mostPending = 100_000

/** Applies the next records of the inbox, and returns them; with none left it ends the merge. */
const applyNext = (work: Work): readonly InboxRecord[] => {
  const records = work.inbox.take(rowsInserted)
  if (records.length > 0) apply(work, records.map(fromInbox))
  else work.inbox.end()
  return records
}

/**
 * Lets the inbox grow no further once more than `mostPending` records wait in it. So intake that lasts is as fast as records
 * are applied, and neither memory nor a start after a crash depends on how long it has lasted.
 */
export const keepUp = (work: Work): void => {
  while (work.inbox.size() > mostPending && work.inbox.growth() >= rowsInserted) applyNext(work)
}

/** What one slice has done. */
export interface Slice {
  /** How many records were applied, by account name. */
  applied: ReadonlyMap<string, number>
}

/** Applies records of the inbox for one slice, and ends the merge when no more are left. */
export const applySlice = (work: Work): Slice => {
  const { sql } = work
  const numbers = new Map<number, number>()
  let count = 0
  const until = performance.now() + sliceMs
  do {
    const records = applyNext(work)
    if (records.length === 0) break
    count += records.length
    for (const { account } of records) numbers.set(account, (numbers.get(account) ?? 0) + 1)
  } while (count < sliceRecords && performance.now() < until)
  const applied = new Map<string, number>()
  for (const [account, count] of numbers) {
    const { name } = sql.nameOfAccount.get(account) as { name: string }
    applied.set(name, count)
  }
  return { applied }
}

/** Applies all pending records when there are at most `smallInbox`, else none. Returns whether it did. */
export const settleSmall = (work: Work): boolean => {
  const { inbox } = work
  if (inbox.size() > smallInbox) return false
  while (inbox.size() > 0 || inbox.isMerging()) applySlice(work)
  return true
}
