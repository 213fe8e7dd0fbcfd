import type { PutResult } from '../port.ts'
import { decide } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import type { SqlValue } from './driver.ts'
import type { InboxRecord } from './inbox-records.ts'
import { isHold, laneNumber, laneOf, standingOf, stateOf, type TokenRow, tokenColumns, warningsColumn } from './row.ts'
import { rowsInserted } from './statements.ts'
import type { Work } from './work.ts'

/** Takes a row's present state out of the numbers, before it becomes something else. */
export const uncount = ({ delta }: Work, row: TokenRow): void => {
  delta.add(String(row.account), `state:${stateOf(row.state)}:${laneOf(row.lane)}`, -1)
  if (stateOf(row.state) === 'rejected' && row.error_code !== null)
    delta.add(String(row.account), `code:${row.error_code}`, -1)
}

interface Prepared extends InboxRecord {
  /** In hex. */
  print: string
}

const columnsOf = ({ seq, account, receivedAt: at, entry, print }: Prepared): SqlValue[] => {
  const { objectId, token, lane, sender, warnings } = entry
  const keyed = sender === 'trusted' ? 0 : 1
  const rest = [Buffer.from(print, 'hex'), ...tokenColumns(token), warningsColumn(warnings)]
  return [account, objectId, token.type, laneNumber(lane), seq, seq, keyed, at, at, ...rest]
}

/** Of records whose rows may have been inserted just now: what became of each, and of the rows that were there before. */
const settleInserted = (work: Work, record: Prepared): PutResult => {
  const { sql, delta } = work
  const { seq, account, receivedAt: at, entry, print } = record
  const name = String(account)
  // The statement selects the columns that TokenRow names. The row is there: it was inserted, or was in the way of that.
  const row = sql.findToken.get(account, entry.objectId) as TokenRow
  const queued = (result: 'queued' | 'replaced'): PutResult => {
    delta.add(name, `state:queued:${entry.lane}`, 1)
    delta.event(name, result)
    return { result }
  }
  if (row.generation === seq) return queued('queued')
  const decision = decide(isHold(row) ? undefined : standingOf(row), entry, print, at)
  if (decision.kind === 'refuse') {
    delta.event(name, 'refused')
    return { result: 'refused' }
  }
  const key = decision.keyed ? 1 : 0
  if (decision.kind === 'keep') {
    if (decision.promote) {
      delta.add(name, `state:${stateOf(row.state)}:import`, -1)
      delta.add(name, `state:${stateOf(row.state)}:live`, 1)
    }
    if (decision.promote || key !== row.keyed) sql.keepToken.run(row.id, key, decision.promote ? 0 : row.lane)
    delta.event(name, 'unchanged')
    return { result: 'unchanged' }
  }
  if (!isHold(row)) uncount(work, row)
  const { token, lane, warnings } = entry
  const rest = [Buffer.from(print, 'hex'), ...tokenColumns(token), warningsColumn(warnings)]
  sql.requeueToken.run(row.id, token.type, laneNumber(lane), seq, key, at, ...rest)
  return queued(decision.result)
}

/**
 * Applies records to the table, in their order: nearly every one is the first of its objectId, so rows are inserted first,
 * as many as a statement takes, and only where one was there already it is looked at. `decide` says what becomes of it.
 */
export const apply = (work: Work, records: readonly InboxRecord[]): PutResult[] => {
  const { sql, delta } = work
  const results: PutResult[] = []
  const queueAll = (inserted: readonly Prepared[]): void => {
    for (const { account, entry } of inserted) {
      delta.add(String(account), `state:queued:${entry.lane}`, 1)
      delta.event(String(account), 'queued')
      results.push({ result: 'queued' })
    }
  }
  for (let from = 0; from < records.length; ) {
    const some = records.slice(from, from + rowsInserted)
    const isFull = some.length === rowsInserted
    const together = (isFull ? some : some.slice(0, 1)).map(
      (one): Prepared => ({ ...one, print: fingerprint(one.entry.token) }),
    )
    const { changes } = (isFull ? sql.insertTokens : sql.insertToken).run(...together.flatMap(columnsOf))
    if (Number(changes) === together.length) queueAll(together)
    else for (const record of together) results.push(settleInserted(work, record))
    from += together.length
  }
  return results
}
