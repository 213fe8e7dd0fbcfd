import type { Settlement } from '../port.ts'
import { poolOf } from '../rules/tally.ts'
import { transition } from '../rules/transition.ts'
import { accountNumber } from './accounts.ts'
import type { Operation } from './operation.ts'
import type { Key, Work } from './work.ts'

const settleOne = (work: Work, key: Key, holder: string, { generation, outcome }: Settlement): void => {
  const { delta, now } = work
  const row = work.find(key)
  // A number of a lease is never used again, so a result that comes late or twice finds another one here, or none.
  if (row?.holder !== holder || row.lease !== generation) return
  if (row.state === 'erased') {
    work.erase(key)
    return
  }
  const free = { ...row, holder: null, lease: null }
  if (row.state !== 'uploading') {
    work.save(key, free)
    return
  }
  const change = transition(outcome, row, now)
  work.save(key, {
    ...free,
    state: change.state,
    lane: change.lane,
    waiting: change.waiting,
    token: change.keepToken ? row.token : null,
    seq: change.state === 'rejected' ? work.nextSequence() : row.seq,
    readyAt: change.waiting ? change.dueAt : row.readyAt,
    dueAt: change.dueAt,
    settledAt: change.settledAt,
    error: change.error,
    attempts: row.attempts + change.attempts,
    deferrals: row.deferrals + change.deferrals,
    failures: row.failures + change.failures,
  })
  const name = String(key.account)
  delta.add(name, `state:uploading:${poolOf(row)}`, -1)
  delta.add(name, `state:${change.state}:${poolOf({ ...row, lane: change.lane })}`, 1)
  if (outcome.kind === 'rejected') delta.add(name, `code:${outcome.error.code}`, 1)
  if (change.event) delta.event(name, change.event)
}

/** See Store.settle. */
export const settle = (holder: string, settlements: readonly Settlement[]): Operation<void> => ({
  keys: settlements,
  run: (work) => {
    for (const one of settlements)
      settleOne(work, { account: accountNumber(one.account), objectId: one.objectId }, holder, one)
  },
})
