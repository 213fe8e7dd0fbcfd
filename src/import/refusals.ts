import { withoutNumber } from '../relay/clevertap/record-number.ts'
import type { RecordError, RejectedRow, Store } from '../relay/store/port.ts'
import { fingerprintOf } from '../relay/store/rules/decide.ts'
import { readRow } from './check-rows.ts'
import type { Plan } from './plan.ts'
import type { Rejects } from './rejects.ts'
import { sourceOf } from './row-source.ts'
import { type Tally, tallyRejection } from './tally.ts'

export interface RefusalParts {
  store: Pick<Store, 'rejected'>
  account: string
  plans: readonly Plan[]
  /** When the import began, and when its last record was queued: ms since the epoch. */
  startedAt: number
  queuedUntil: number
  tally: Tally
  rejects: Rejects | undefined
  signal: AbortSignal
}

const pageRows = 500
/** Largest number of refused records that are looked up in the inputs, to bound memory. */
export const mostTraced = 50_000

interface Refused {
  fingerprint: string
  error: RecordError
  receivedAt: number
}

const refusedSince = async function* ({ store, account, startedAt }: RefusalParts): AsyncGenerator<RejectedRow> {
  let after: number | undefined
  for (;;) {
    const page = await store.rejected(account, { limit: pageRows, ...(after === undefined ? {} : { after }) })
    for (const row of page) {
      if ((row.settledAt ?? 0) < startedAt) return
      yield row
    }
    after = page.at(-1)?.cursor
    if (page.length < pageRows) return
  }
}

/**
 * Moves the records that CleverTap refused during this import from `queued` (or `unchanged`, when an earlier run had
 * queued them) to `rejected` in the tally, and writes them to the rejects file.
 *
 * The store does not know the input and line of a record, so this reads the inputs once more. Some records are not found that
 * way: their input was a pipe, there are more than `mostTraced`, or the import was interrupted. They are written from the store,
 * without a line, if they were received while the import ran.
 *
 * Resolves to the number of refused records. Rejects with a StoreError, or with an ImportError when an input can no longer be read.
 */
export const traceRefusals = async (parts: RefusalParts): Promise<number> => {
  const { plans, startedAt, queuedUntil, tally, rejects, signal } = parts
  const [firstPlan] = plans
  if (!firstPlan) return 0
  let recounted = 0

  const recount = ({ error, receivedAt }: Pick<Refused, 'error' | 'receivedAt'>): void => {
    if (receivedAt >= startedAt) tally.queued = Math.max(0, tally.queued - 1)
    else tally.unchanged = Math.max(0, tally.unchanged - 1)
    tallyRejection(tally, error)
    recounted++
  }
  const recountUntraced = (row: RejectedRow): void => {
    const { objectId, token, error, receivedAt } = row
    // Only a browser's row has no token.
    if (token === null || receivedAt < startedAt || receivedAt > queuedUntil) return
    recount(row)
    const refusal = { code: error.code, reason: withoutNumber(error.message) }
    rejects?.add(firstPlan.shape, { line: undefined, source: sourceOf(firstPlan, objectId, token) }, refusal)
  }

  const traced = new Map<string, Refused>()
  const isTraceable = !signal.aborted && plans.some(({ input }) => input.isRepeatable)
  for await (const row of refusedSince(parts)) {
    const { objectId, token, error, receivedAt } = row
    if (token === null) continue
    if (!isTraceable || traced.size >= mostTraced) recountUntraced(row)
    else traced.set(objectId, { fingerprint: fingerprintOf({ token }), error, receivedAt })
  }
  for (const { input, rows, shape } of plans) {
    if (!input.isRepeatable) continue
    for await (const read of rows()) {
      if (traced.size === 0 || signal.aborted) return recounted
      for (const row of read) {
        const found = readRow(row)
        if (!found.ok) continue
        const { objectId, token } = found.row
        const refused = traced.get(objectId)
        if (refused === undefined || refused.fingerprint !== fingerprintOf({ token })) continue
        traced.delete(objectId)
        recount(refused)
        rejects?.add(shape, row, { code: refused.error.code, reason: withoutNumber(refused.error.message) })
      }
    }
  }
  if (plans.every(({ input }) => input.isRepeatable)) return recounted
  for await (const row of refusedSince(parts)) if (traced.has(row.objectId)) recountUntraced(row)
  return recounted
}
