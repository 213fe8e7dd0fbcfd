import type { EventName, Lane, Settlement } from '../port.ts'
import type { Row } from './row.ts'
import { change, type Key, type Rows } from './rows.ts'
import { type Delta, poolOf } from './tally.ts'
import { type Transition, transition } from './transition.ts'

/** Counts a row that is given to a holder. */
export const countLeased = (delta: Delta, account: number, row: { lane: Lane; proved: boolean }): void => {
  delta.add(account, `state:queued:${poolOf(row)}`, -1)
  delta.add(account, `state:uploading:${poolOf(row)}`, 1)
}

/** What a row becomes by the outcome of its upload. */
const settledRow = (row: Row, to: Transition, nextSequence: () => number): Row => ({
  ...row,
  holder: null,
  state: to.state,
  lane: to.lane,
  waiting: to.waiting,
  token: to.keepToken ? row.token : null,
  seq: to.state === 'rejected' ? nextSequence() : row.seq,
  readyAt: to.waiting ? to.dueAt : row.readyAt,
  dueAt: to.dueAt,
  settledAt: to.settledAt,
  error: to.error,
  attempts: row.attempts + to.attempts,
  deferrals: row.deferrals + to.deferrals,
  failures: row.failures + to.failures,
})

/**
 * Writes one result; see Store.settle. One that comes late or twice finds another holder, another generation or no row, and
 * changes nothing. A row that is not uploading any more has another token than the one that was sent, or none: it is only
 * free from now on, under a generation that no result has named.
 */
export const settle = (rows: Rows, key: Key, holder: string, { generation, outcome }: Settlement): void => {
  const row = rows.find(key)
  if (row?.holder !== holder || row.generation !== generation) return
  if (row.state === 'erased') rows.erase(key)
  else if (row.state !== 'uploading') rows.save(key, { ...row, holder: null, generation: rows.nextSequence() })
  else {
    const to = transition(outcome, row, rows.now)
    change(rows, key, row, settledRow(row, to, rows.nextSequence))
    if (to.event) rows.delta.event(key.account, to.event)
  }
}

/** Takes a row from its holder: it is due at once, at its old age and at no cost. */
export const giveBack = (rows: Rows, key: Key, row: Row, event?: EventName): void => {
  if (event) rows.delta.event(key.account, event)
  if (row.state === 'erased') rows.erase(key)
  else if (row.state !== 'uploading') rows.save(key, { ...row, holder: null })
  else change(rows, key, row, { ...row, holder: null, state: 'queued', waiting: false, dueAt: 0 })
}
