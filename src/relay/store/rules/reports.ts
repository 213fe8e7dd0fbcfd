import type { AcceptedRow, RejectedRow, ReportStore } from '../port.ts'
import type { WorkListeners } from '../work-listeners.ts'
import { type RowColumns, rowOf } from './columns.ts'
import { count, type Operation } from './operation.ts'
import { discardRejected, rejectedPage } from './remove.ts'
import { retry } from './results.ts'
import { rejectedRowOf } from './row.ts'
import { readCounts, readMinutes } from './tally.ts'

/** The columns that each adapter's statement of this name selects. The first parameter is an account's number. */
interface Selected {
  readTally: { name: string; n: number }
  /** The open row that is oldest by sequence. */
  oldestOpen: { received_at: number }
  /** Parameter: the time of the first minute. */
  readMinutes: { at: number; event: string; n: number }
  /** The latest first. Parameters: the sequence number below which to begin, the limit, and the code (null: all). */
  rejectedRows: RowColumns & { object_id: string }
  /** Parameter: the limit. */
  oldestRejected: { object_id: string }
  /** Parameters: the objectId after which to begin, and the limit. */
  acceptedRows: AcceptedRow
}

/** The functions that an adapter provides. */
export interface Reporting {
  /** Applies the pending records of the inbox. */
  catchUp(): Promise<void>
  query<Name extends keyof Selected>(
    name: Name,
    account: string,
    ...values: (string | number | null)[]
  ): Promise<readonly Selected[Name][]>
  write<T>(operation: Operation<T>): Promise<T>
  tell: WorkListeners['tell']
}

type Query = Reporting['query']

const readRejected = async (
  query: Query,
  account: string,
  { limit, after = Number.MAX_SAFE_INTEGER, code }: Parameters<ReportStore['rejected']>[1],
): Promise<RejectedRow[]> => {
  const rows = await query('rejectedRows', account, after, limit, code ?? null)
  return rows.map((row) => rejectedRowOf(row.object_id, rowOf(row)))
}

/** The ids of rejected rows in pages, the latest rejection first. Rows that are rejected meanwhile are not included. */
async function* refusedPages(query: Query, account: string, code?: number): AsyncGenerator<readonly string[]> {
  for (let after = Number.MAX_SAFE_INTEGER; ; ) {
    const page = { limit: rejectedPage, after, ...(code === undefined ? {} : { code }) }
    const rows = await readRejected(query, account, page)
    if (rows.length === 0) return
    yield rows.map((row) => row.objectId)
    after = rows.at(-1)?.cursor ?? 0
  }
}
const pagesOf = (ids: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / rejectedPage) }, (_, at) =>
    ids.slice(at * rejectedPage, (at + 1) * rejectedPage),
  )

export const createReports = ({ catchUp, query, write, tell }: Reporting): ReportStore => ({
  counts: async (account) => {
    await catchUp()
    const numbers = await query('readTally', account)
    const [oldest] = await query('oldestOpen', account)
    return readCounts(new Map(numbers.map(({ name, n }) => [name, n])), oldest?.received_at ?? null)
  },
  history: async (account, since) => {
    await catchUp()
    return readMinutes(await query('readMinutes', account, Math.ceil(since)))
  },
  count: (account, event, by) => write(count(account, event, by)),
  rejected: async (account, page) => {
    await catchUp()
    return readRejected(query, account, page)
  },
  accepted: async (account, { limit, after = '' }) => {
    await catchUp()
    return query('acceptedRows', account, after, limit)
  },
  retryRejected: async (account, { objectIds, code }) => {
    await catchUp()
    let retried = 0
    for await (const ids of objectIds ? pagesOf(objectIds) : refusedPages(query, account, code))
      retried += await write(retry(account, ids, code))
    tell(account, retried)
    return retried
  },
  discardRejected: async (account, limits) => {
    await catchUp()
    const oldest = await query('oldestRejected', account, rejectedPage)
    if (oldest.length === 0) return 0
    const numbers = await query('readTally', account)
    const all = numbers.reduce((sum, { name, n }) => sum + (name.startsWith('state:rejected:') ? n : 0), 0)
    const ids = oldest.map((row) => row.object_id)
    return write(discardRejected(account, ids, all, limits))
  },
})
