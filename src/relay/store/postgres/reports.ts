import type { Counts, Minute, RejectedRow, Store } from '../port.ts'
import { rowOf } from '../rules/columns.ts'
import { discardedAtOnce, discardRejected as discardThese, retryPage, retry as retryThese } from '../rules/rejected.ts'
import { rejectedRowOf } from '../rules/row.ts'
import { readCounts, readMinutes } from '../rules/tally.ts'
import type { Transactions } from './connection.ts'
import { keyOf } from './intake.ts'
import type { Operation } from './operation.ts'
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
export const history = async (read: Read, account: number, since: number): Promise<Minute[]> =>
  readMinutes(await read<MinuteRow>({ text: sql.readMinutes, values: [account, Math.ceil(since)] }))

/** See Store.rejected. */
export const rejected = async (
  read: Read,
  account: number,
  { limit, after = Number.MAX_SAFE_INTEGER, code }: { limit: number; after?: number; code?: number },
): Promise<RejectedRow[]> => {
  const values = [account, after, limit, code ?? null]
  const rows = await read<FoundRow>({ text: sql.rejectedRows, values })
  return rows.map((row) => rejectedRowOf(row.object_id, rowOf(row)))
}

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

/** Queues the given refused rows anew; see Store.retryRejected. */
export const retry = (account: string, objectIds: readonly string[], code?: number): Operation<number> => {
  const keys = [...new Set(objectIds)].map((objectId) => ({ account, objectId }))
  return { keys, run: (work) => retryThese(work, keys.map(keyOf), code) }
}

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
): Operation<number> => {
  const keys = ids.map((objectId) => ({ account, objectId }))
  return { keys, run: (work) => discardThese(work, keys.map(keyOf), all, limits) }
}
