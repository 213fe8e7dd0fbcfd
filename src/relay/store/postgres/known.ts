import type { Key } from '../rules/rows.ts'
import { accountNumber } from './accounts.ts'
import type { Session } from './connection.ts'
import { type PgQuery, rowsFrom } from './driver.ts'
import type { Operation } from './operation.ts'
import { findable } from './row.ts'
import { sql } from './statements.ts'
import { type FoundRow, idColumns, type Known, queuedKey } from './work.ts'

/** How many numbers `nextAges` takes at a time; see migrations/0008.sql. */
const agesAtOnce = 1_000

type CountRow = Readonly<{ account: number; n: number }>

/** Gives out numbers from the blocks that were taken. */
const agesFrom = (blocks: readonly number[]): (() => number) => {
  let given = 0
  return () => {
    const first = blocks[Math.floor(given / agesAtOnce)]
    if (first === undefined) throw new Error('an operation queues more rows than it has named')
    return first + (given++ % agesAtOnce)
  }
}

/** What is read for a group, all at once. */
export const readKnown = async (
  group: readonly Operation<unknown>[],
  ask: Session['ask'],
): Promise<Omit<Known, 'now'>> => {
  const keys = new Map<string, Key>()
  const named = group.reduce((sum, one) => sum + one.keys.length, 0)
  for (const one of group)
    for (const { account: name, objectId } of one.keys)
      keys.set(`${name}\n${objectId}`, { account: accountNumber(name), objectId: findable(objectId) })
  const unproved = group.flatMap((one) => one.unproved?.accounts ?? []).map(accountNumber)
  const maxUnproved = group.find((one) => one.unproved)?.unproved?.most ?? 0
  const importing = [...new Set(group.flatMap((one) => one.countedImports ?? []))].map(accountNumber)
  const counted = [...new Set([...group.flatMap((one) => one.counted ?? []).map(accountNumber), ...importing])]
  const ids = idColumns([...keys.values()])

  const queries: PgQuery[] = []
  const wanted = (is: boolean, text: string, ...values: unknown[]): number => (is ? queries.push({ text, values }) : 0)
  const rowsAt = wanted(keys.size > 0, sql.findRows, ...ids)
  const agesAt = wanted(keys.size > 0, sql.nextAges, Math.ceil(named / agesAtOnce))
  const countsAt = wanted(counted.length > 0, sql.readNumbers, counted, 'state:queued:live')
  const importsAt = wanted(importing.length > 0, sql.readNumbers, importing, 'state:queued:import')
  const unprovedAt = wanted(unproved.length > 0, sql.readNumbers, [...new Set(unproved)], 'state:queued:unproved')
  const answers = await ask(...queries)
  const rowsOf = <Row>(at: number): readonly Row[] => rowsFrom<Row>(answers[at - 1])

  const queued = new Map<string, number>()
  for (const { account, n } of rowsOf<CountRow>(countsAt)) queued.set(queuedKey(account, 'live'), n)
  for (const { account, n } of rowsOf<CountRow>(importsAt)) queued.set(queuedKey(account, 'import'), n)
  for (const { account, n } of rowsOf<CountRow>(unprovedAt)) queued.set(queuedKey(account, 'unproved'), n)
  /** Only where the capacity may be reached, which is rare. */
  const evictable: FoundRow[] = []
  for (const account of new Set(unproved)) {
    const come = unproved.filter((one) => one === account).length
    if ((queued.get(queuedKey(account, 'unproved')) ?? 0) + come <= maxUnproved) continue
    const [oldest] = await ask({ text: sql.oldestDeferred, values: [account, come + named] })
    evictable.push(...rowsFrom<FoundRow>(oldest))
  }

  return {
    evictable,
    queued,
    rows: rowsOf<FoundRow>(rowsAt),
    nextSequence: agesFrom(rowsOf<{ first: number }>(agesAt).map(({ first }) => first)),
  }
}
