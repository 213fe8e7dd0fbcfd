import { apply } from './apply.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Duration of one slice of a merge, about, in ms. No request waits longer for one. */
const sliceMs = 10
/** Most records of one slice. */
const sliceRecords = 1_000
/** Most records that are applied within the transaction that needs them. */
export const smallInbox = 2_000

/** What one slice has done. */
export interface Slice {
  /** How many records were applied, by account name. */
  applied: ReadonlyMap<string, number>
}

/** Applies records of the inbox for one slice, and ends the merge when no more are left. */
export const applySlice = (work: Work): Slice => {
  const { inbox, sql } = work
  const numbers = new Map<number, number>()
  let count = 0
  const until = performance.now() + sliceMs
  do {
    const records = inbox.take(rowsInserted)
    if (records.length === 0) {
      inbox.end()
      break
    }
    apply(work, records)
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
