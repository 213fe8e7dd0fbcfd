import { type Counts, type EventName, eventNames, type Minute, type RejectedRow, type Store } from '../port.ts'
import { discardedAtOnce, isDiscarded } from '../rules/rejected.ts'
import { poolOf, readCounts } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { Transactions } from './connection.ts'
import { discard } from './intake.ts'
import type { Operation } from './operation.ts'
import { known, rejectedRowOf, rowOf } from './row.ts'
import { sql } from './statements.ts'
import type { FoundRow } from './work.ts'

type Read = Transactions['read']
type MinuteRow = Readonly<{ at: number; event: string; n: number }>

/** See Store.counts. */
export const counts = async (read: Read, account: number): Promise<Counts> => {
  const tally = await read<{ name: string; n: number }>({ text: sql.readTally, values: [account] })
  const [oldest] = await read<{ received_at: number }>({ text: sql.oldestRow, values: [account] })
  return readCounts(new Map(tally.map(({ name, n }) => [name, n])), oldest?.received_at ?? null)
}

/** See Store.history. */
export const history = async (read: Read, account: number, since: number): Promise<Minute[]> => {
  const rows = await read<MinuteRow>({ text: sql.readMinutes, values: [account, Math.ceil(since)] })
  const minutes = new Map<number, Partial<Record<EventName, number>>>()
  for (const { at, event, n } of rows) {
    const known = eventNames.find((name) => name === event)
    if (known) minutes.set(at, { ...minutes.get(at), [known]: n })
  }
  return [...minutes].map(([at, events]) => ({ at, events }))
}

/** See Store.rejected. */
export const rejected = async (
  read: Read,
  account: number,
  { limit, after = Number.MAX_SAFE_INTEGER, code }: { limit: number; after?: number; code?: number },
): Promise<RejectedRow[]> => {
  const rows = await read<FoundRow>(
    code === undefined
      ? { text: sql.rejectedRows, values: [account, after, limit] }
      : { text: sql.rejectedOfCode, values: [account, after, limit, code] },
  )
  return rows.map((row) => rejectedRowOf(row.object_id, rowOf(row)))
}

/** Rows that one transaction of retryRejected takes, so that intake does not wait behind a large one. */
const retryPage = 1000

/** Ids by the page. */
export const pagesOf = (ids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / retryPage) }, (_, at) => ids.slice(at * retryPage, (at + 1) * retryPage))

/** The ids of refused rows, by the page and the latest refusal first; what is refused meanwhile is not among them. */
export async function* refusedPages(read: Read, account: number, code?: number): AsyncGenerator<readonly string[]> {
  for (let after = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await rejected(read, account, { limit: retryPage, after, ...(code === undefined ? {} : { code }) })
    if (rows.length === 0) return
    yield rows.map((row) => row.objectId)
    after = rows.at(-1)?.cursor ?? 0
  }
}

/** Queues the given refused rows anew; rows that are not refused (with this code, if one is given) are passed over. */
export const retry = (account: string, objectIds: readonly string[], code?: number): Operation<number> => ({
  keys: objectIds.map((objectId) => ({ account, objectId })),
  run: (work) => {
    const number = accountNumber(account)
    const name = String(number)
    let retried = 0
    for (const objectId of new Set(objectIds)) {
      const key = { account: number, objectId }
      const row = work.find(key)
      if (row?.state !== 'rejected' || !row.token || (code !== undefined && row.error?.code !== code)) continue
      work.delta.add(name, `state:rejected:${poolOf(row)}`, -1)
      work.delta.add(name, `state:queued:${poolOf(row)}`, 1)
      if (row.error) work.delta.add(name, `code:${row.error.code}`, -1)
      work.delta.event(name, 'queued')
      const anew = { attempts: 0, deferrals: 0, failures: 0, dueAt: 0, settledAt: null, error: null }
      work.save(key, { ...row, ...anew, state: 'queued', waiting: false, seq: work.nextSequence(), readyAt: work.now })
      retried++
    }
    return retried
  },
})

/** The ids of the oldest refused rows, and how many refused rows there are. See Store.discardRejected. */
export const oldestRejected = async (read: Read, account: number): Promise<{ ids: readonly string[]; all: number }> => {
  const rows = await read<{ object_id: string }>({ text: sql.oldestRejected, values: [account, discardedAtOnce] })
  const numbers = await read<{ name: string; n: number }>({ text: sql.readTally, values: [account] })
  const all = numbers.reduce((sum, { name, n }) => sum + (name.startsWith('state:rejected:') ? n : 0), 0)
  return { ids: rows.map((row) => row.object_id), all }
}

/** Removes those of the oldest refused rows that the limits do not keep and that are refused still. */
export const discardRejected = (
  account: string,
  { ids, all }: { ids: readonly string[]; all: number },
  limits: Parameters<Store['discardRejected']>[1],
): Operation<number> => ({
  keys: ids.map((objectId) => ({ account, objectId })),
  run: (work) => {
    let discarded = 0
    ids.forEach((objectId, at) => {
      const key = { account: accountNumber(account), objectId }
      const row = known(work.find(key))
      if (row?.state !== 'rejected' || !isDiscarded(row.settledAt, all - at, limits)) return
      discard(work, key, row, 'discarded')
      discarded++
    })
    return discarded
  },
})
