import { accountNumber } from './accounts.ts'
import type { Session } from './connection.ts'
import { type PgQuery, rowsFrom } from './driver.ts'
import type { Operation } from './operation.ts'
import { findable } from './row.ts'
import { sql } from './statements.ts'
import { type FoundRow, idColumns, type Key, type Known } from './work.ts'

/** How many numbers `nextAges` takes at a time; see migrations/0006.sql. */
const agesAtOnce = 1_000

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
  const counted = [...new Set(group.flatMap((one) => one.counted ?? []))].map(accountNumber)
  const ids = idColumns([...keys.values()])

  const queries: PgQuery[] = []
  const wanted = (is: boolean, text: string, ...values: unknown[]): number => (is ? queries.push({ text, values }) : 0)
  const rowsAt = wanted(keys.size > 0, sql.findRows, ...ids)
  const agesAt = wanted(keys.size > 0, sql.nextAges, Math.ceil(named / agesAtOnce))
  const countsAt = wanted(counted.length > 0, sql.readNumbers, counted, 'state:queued:live')
  const answers = await ask(...queries)
  const rowsOf = <Row>(at: number): readonly Row[] => rowsFrom<Row>(answers[at - 1])

  return {
    rows: rowsOf<FoundRow>(rowsAt),
    nextSequence: agesFrom(rowsOf<{ first: number }>(agesAt).map(({ first }) => first)),
    queuedLive: new Map(rowsOf<{ account: number; n: number }>(countsAt).map((row) => [row.account, row.n])),
  }
}
