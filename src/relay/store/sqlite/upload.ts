import { type Completion, type Holder, type Lease, priorities, type UploadStore } from '../port.ts'
import { type FoundColumns, type RowColumns, rowOf } from '../rules/columns.ts'
import { farthestDueMs as defaultFarthestDueMs, takeDue } from '../rules/due.ts'
import { complete as completeEach, countLeased, giveBack } from '../rules/results.ts'
import { leasedEntryOf } from '../rules/row.ts'
import { poolOf } from '../rules/tally.ts'
import type { SqlRow } from './driver.ts'
import { applySlice, applySmallInbox, type Merger } from './merge.ts'
import type { Statements } from './statements.ts'
import type { Transactions } from './transactions.ts'
import type { Work } from './work.ts'

/** The columns of a row that `dueTokens` reads. */
type DueRow = RowColumns & Readonly<{ id: number; object_id: string; ready_at: number }>

const holderNumber = (sql: Statements, holder: string): number | undefined => {
  const row = sql.findHolder.get(holder) as SqlRow | undefined
  return row && Number(row.n)
}

const dueRows = (sql: Statements, account: number, max: number): DueRow[] =>
  // Written by SQLite, with the members that DueRow names.
  JSON.parse(String((sql.dueTokens.get(account, max) as SqlRow).rows)) as DueRow[]

/** See Store.lease. If too few live rows are due, it first applies records of the inbox, because these are live. */
const lease = (work: Work, request: Parameters<UploadStore['lease']>[0]): Lease | { waitMs: number | null } => {
  const { account: name, holder, max, batches = 1, flushMs, farthestDueMs = defaultFarthestDueMs } = request
  const { sql, delta, now } = work
  const account = work.account(name)
  const number = holderNumber(sql, holder)
  if (number === undefined) return { waitMs: null }
  sql.promoteWaiting.run(account, now, now + farthestDueMs)
  let found = dueRows(sql, account, batches * max)
  const live = found.filter((row) => row.priority === 0).length
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

const nameOf = ({ account, objectId }: Completion): string => `${account} ${objectId}`

/** Writes the `accepted` results, which are nearly all, with one statement per account. Returns the results that are left. */
const acceptAll = (
  { sql, delta, now, account }: Work,
  holder: number,
  completions: readonly Completion[],
): readonly Completion[] => {
  const done = new Set<string>()
  // Of two results for one profile the first counts.
  const firsts = new Map(completions.toReversed().map((one) => [nameOf(one), one]))
  const accepted = [...firsts.values()].filter(({ outcome }) => outcome.kind === 'accepted')
  for (const name of new Set(accepted.map((one) => one.account))) {
    const number = account(name)
    const mine = accepted.filter((one) => one.account === name)
    const named = JSON.stringify(mine.map(({ objectId, generation }) => [objectId, generation]))
    const rows = sql.acceptTokens.all(now, named, number, holder) as SqlRow[]
    for (const { object_id: objectId, priority, proved } of rows) {
      const pool = poolOf({ priority: priorities[Number(priority)] ?? 'live', proved: proved === 1 })
      delta.add(number, `state:uploading:${pool}`, -1)
      delta.add(number, `state:accepted:${pool}`, 1)
      done.add(`${name} ${objectId}`)
    }
    delta.event(number, 'accepted', rows.length)
  }
  return completions.filter((one) => !done.has(nameOf(one)))
}

/** See Store.complete. */
const complete = (work: Work, holder: string, completions: readonly Completion[]): void => {
  const number = holderNumber(work.sql, holder)
  if (number === undefined) return
  completeEach(String(number), acceptAll(work, number, completions)).run(work)
}

/** See Store.takeSlots. */
const takeSlots = (work: Work, request: Parameters<UploadStore['takeSlots']>[0]): number => {
  const { account: name, holder, want, limit } = request
  const { sql } = work
  const account = work.account(name)
  const number = holderNumber(sql, holder)
  if (number === undefined) return 0
  const others = Number((sql.slotsOfOthers.get(account, number) as SqlRow).held)
  const granted = Math.max(0, Math.min(want, limit - others))
  sql.setSlots.run(account, number, granted)
  return granted
}

/**
 * Takes all rows and slots from a holder and removes the holder; with `heartbeat` only if that is still the holder's. Returns the
 * number of freed rows.
 */
const release = (work: Work, holder: string, heartbeat?: number): number => {
  const { sql } = work
  const found = sql.findHolder.get(holder) as SqlRow | undefined
  if (!found || (heartbeat !== undefined && found.heartbeat !== heartbeat)) return 0
  const number = Number(found.n)
  // The statement selects whole rows.
  const held = sql.heldTokens.all(number) as FoundColumns[]
  const event = heartbeat === undefined ? undefined : 'expired'
  for (const row of held) giveBack(work, { account: row.account, objectId: row.object_id }, rowOf(row), event)
  sql.forgetSlots.run(number)
  sql.forgetHolder.run(number)
  return held.length
}

export const createUploads = ({ write, read }: Transactions, merger: Merger): UploadStore => ({
  lease: async (request) => {
    const leased = await write((work) => lease(work, request))
    merger.note()
    return leased
  },
  complete: (holder, completions) => write((work) => complete(work, holder, completions)),
  takeSlots: (request) => write((work) => takeSlots(work, request)),
  join: (holder, report) => write(({ sql }) => void sql.joinHolder.run(holder, report)),
  heartbeat: (holder, report) => write(({ sql }) => Number(sql.heartbeatHolder.run(holder, report).changes) > 0),
  // The statement selects the columns that Holder names.
  holders: () => read((sql) => sql.allHolders.all() as Holder[]),
  takeOver: (stale) =>
    write((work) => stale.reduce((freed, { id, heartbeat }) => freed + release(work, id, heartbeat), 0)),
  leave: (holder) => write((work) => void release(work, holder)),
})
