import { type Batch, type Completion, priorities, type Store } from '../port.ts'
import { rowOf } from '../rules/columns.ts'
import { farthestDueMs as defaultFarthestDueMs, takeDue } from '../rules/due.ts'
import { complete as completeEach, countLeased, giveBack } from '../rules/results.ts'
import { leasedEntryOf } from '../rules/row.ts'
import { poolOf } from '../rules/tally.ts'
import type { SqlRow } from './driver.ts'
import { applySlice, applySmallInbox } from './merge.ts'
import type { DueRow, TokenRow } from './row.ts'
import type { Statements } from './statements.ts'
import type { Work } from './work.ts'

const holderNumber = (sql: Statements, holder: string): number | undefined => {
  const row = sql.findHolder.get(holder) as SqlRow | undefined
  return row && Number(row.n)
}

const dueOf = (sql: Statements, account: number, priority: number, max: number): DueRow[] =>
  // Written by SQLite, with the members that DueRow names.
  JSON.parse(String((sql.dueTokens.get(account, priority, max) as SqlRow).rows)) as DueRow[]

const dueRows = (sql: Statements, account: number, max: number): DueRow[] => {
  const found: DueRow[] = []
  for (const priority of priorities)
    if (found.length < max) found.push(...dueOf(sql, account, priorities.indexOf(priority), max - found.length))
  return found
}

/** See Store.lease. Unless enough live rows are due, it applies records of the inbox first, because these are live. */
export const lease = (
  work: Work,
  {
    account: name,
    holder,
    max,
    batches = 1,
    flushMs,
    farthestDueMs = defaultFarthestDueMs,
  }: Parameters<Store['lease']>[0],
): Batch | { waitMs: number | null } => {
  const { sql, delta, now } = work
  const account = work.account(name)
  const number = holderNumber(sql, holder)
  if (number === undefined) return { waitMs: null }
  sql.promoteWaiting.run(account, now, now + farthestDueMs)
  let found = dueRows(sql, account, batches * max)
  const live = found.filter((row) => priorities[row.priority] === 'live').length
  if (live < batches * max && work.inbox.size() > 0) {
    if (!applySmallInbox(work)) applySlice(work)
    found = dueRows(sql, account, batches * max)
  }
  const next = (sql.nextWaiting.get(account) as SqlRow).due_at
  const readyAts = found.map((row) => row.ready_at)
  const take = takeDue(readyAts, next === null ? null : Number(next), { max, flushMs, now })
  if ('waitMs' in take) return take
  const due = found.slice(0, take.rows)
  sql.leaseTokens.run(number, JSON.stringify(due.map((row) => row.id)))
  const entries = due.map((columns) => {
    const row = rowOf(columns)
    countLeased(delta, account, row)
    return leasedEntryOf(columns.object_id, row)
  })
  return { account: name, entries }
}

/** Accepts what can be accepted at once, which is nearly every result, and returns the results that this took care of. */
const acceptAll = (
  { sql, delta, now, account }: Work,
  holder: number,
  completions: readonly Completion[],
): ReadonlySet<Completion> => {
  const named = new Map<string, Map<string, Completion>>()
  for (const completion of completions) {
    const some = named.get(completion.account) ?? new Map<string, Completion>()
    named.set(completion.account, some)
    // Of two results for one person the first counts.
    if (!some.has(completion.objectId)) some.set(completion.objectId, completion)
  }
  const done = new Set<Completion>()
  for (const [name, some] of named) {
    const number = account(name)
    const accepted = [...some.values()].filter(({ outcome }) => outcome.kind === 'accepted')
    const wanted = JSON.stringify(accepted.map(({ objectId, generation }) => [objectId, generation]))
    for (const { priority, proved, ids, names } of sql.heldOf.all(wanted, number, holder) as SqlRow[]) {
      const pool = poolOf({ priority: priorities[Number(priority)] ?? 'live', proved: proved === 1 })
      sql.acceptTokens.run(now, String(ids))
      // Written by SQLite.
      const people = JSON.parse(String(names)) as string[]
      for (const objectId of people) {
        const completion = some.get(objectId)
        if (completion) done.add(completion)
      }
      delta.add(number, `state:uploading:${pool}`, -people.length)
      delta.add(number, `state:accepted:${pool}`, people.length)
      delta.event(number, 'accepted', people.length)
    }
  }
  return done
}

/** See Store.complete. */
export const complete = (work: Work, holder: string, completions: readonly Completion[]): void => {
  const number = holderNumber(work.sql, holder)
  if (number === undefined) return
  const done = acceptAll(work, number, completions)
  const others = completions.filter((completion) => !done.has(completion))
  completeEach(String(number), others).run(work)
}

/** See Store.takeSlots. */
export const takeSlots = (
  work: Work,
  { account: name, holder, want, limit }: { account: string; holder: string; want: number; limit: number },
): number => {
  const { sql } = work
  const account = work.account(name)
  const number = holderNumber(sql, holder)
  if (number === undefined) return 0
  const others = Number((sql.slotsOfOthers.get(account, number) as SqlRow).held)
  const granted = Math.max(0, Math.min(want, limit - others))
  sql.setSlots.run(account, number, granted)
  return granted
}

/** Takes everything from a holder, if its heartbeat is `heartbeat` where one is given. Returns how many rows became free. */
export const release = (work: Work, holder: string, heartbeat?: number): number => {
  const { sql } = work
  const found = sql.findHolder.get(holder) as SqlRow | undefined
  if (!found || (heartbeat !== undefined && found.heartbeat !== heartbeat)) return 0
  const number = Number(found.n)
  // The statement selects the columns that TokenRow names.
  const held = sql.heldTokens.all(number) as TokenRow[]
  for (const row of held)
    giveBack(
      work,
      { account: row.account, objectId: row.object_id },
      rowOf(row),
      heartbeat === undefined ? undefined : 'expired',
    )
  sql.forgetSlots.run(number)
  sql.forgetHolder.run(number)
  return held.length
}
