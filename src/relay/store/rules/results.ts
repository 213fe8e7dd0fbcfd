import type { Completion, EventName, Outcome, Priority } from '../port.ts'
import { change, type Key, keyOf, type Operation, type Rows } from './operation.ts'
import { type Row, requeuedRow } from './row.ts'
import { type Delta, poolOf } from './tally.ts'

/** Counts a row that a holder has leased. */
export const countLeased = (delta: Delta, account: number, row: { priority: Priority; proved: boolean }): void => {
  delta.add(account, `state:queued:${poolOf(row)}`, -1)
  delta.add(account, `state:uploading:${poolOf(row)}`, 1)
}

/** Makes the row after the outcome of its upload. Only a row that can still be uploaded keeps its token. */
const settledRow = (row: Row, outcome: Outcome, { now, nextSequence }: Rows): Row => {
  const queued: Row = { ...row, holder: null, state: 'queued', waiting: false, dueAt: 0 }
  const tried: Row = { ...queued, attempts: row.attempts + 1 }
  switch (outcome.kind) {
    case 'accepted':
      return { ...tried, state: 'accepted', token: null, settledAt: now, error: null }
    case 'rejected': {
      const { error } = outcome
      const token = row.proved ? row.token : null
      return { ...tried, state: 'rejected', token, settledAt: now, error, seq: nextSequence() }
    }
    case 'deferred': {
      const priority = row.proved ? row.priority : 'deferred'
      return waitingRow({ ...tried, priority, error: outcome.error, deferrals: row.deferrals + 1 }, outcome.dueAt)
    }
    case 'failed': {
      const failed = { ...tried, failures: row.failures + (outcome.blamed ? 1 : 0) }
      // A row that need not wait is not marked as waiting, so that it stays due when the clock is set back.
      return outcome.dueAt > now ? waitingRow(failed, outcome.dueAt) : failed
    }
    case 'returned':
      return queued
  }
}
const waitingRow = (row: Row, dueAt: number): Row => ({ ...row, waiting: true, dueAt, readyAt: dueAt })

/**
 * See Store.complete. A result that comes late or twice finds another holder, another generation or no row, and changes
 * nothing. A leased row that is no longer `uploading` has another token than the one that was sent, or none. The result only
 * ends its lease and gives it a generation that no result has named.
 */
export const complete = (holder: string, completions: readonly Completion[]): Operation<void> => ({
  keys: completions,
  run: (rows) => {
    for (const completion of completions) {
      const { generation, outcome } = completion
      const key = keyOf(rows, completion)
      const row = rows.find(key)
      if (row?.holder !== holder || row.generation !== generation) continue
      if (row.state === 'erased') rows.erase(key)
      else if (row.state !== 'uploading') rows.save(key, { ...row, holder: null, generation: rows.nextSequence() })
      else {
        change(rows, key, row, settledRow(row, outcome, rows))
        if (outcome.kind !== 'returned') rows.delta.event(key.account, outcome.kind)
      }
    }
  },
})

/** Takes a row from its holder. It is due at once, with its old age and without an attempt. */
export const giveBack = (rows: Rows, key: Key, row: Row, event?: EventName): void => {
  if (event) rows.delta.event(key.account, event)
  if (row.state === 'erased') rows.erase(key)
  else if (row.state !== 'uploading') rows.save(key, { ...row, holder: null })
  else change(rows, key, row, { ...row, holder: null, state: 'queued', waiting: false, dueAt: 0 })
}

/** Queues rejected rows again. Rows that are not rejected (with the given code), or have no token, stay unchanged. */
export const retry = (account: string, objectIds: readonly string[], code?: number): Operation<number> => {
  const keys = [...new Set(objectIds)].map((objectId) => ({ account, objectId }))
  return {
    keys,
    run: (rows) => {
      let retried = 0
      for (const key of keys.map((name) => keyOf(rows, name))) {
        const row = rows.find(key)
        if (row?.state !== 'rejected' || !row.token || (code !== undefined && row.error?.code !== code)) continue
        change(rows, key, row, requeuedRow(row, rows.nextSequence(), rows.now))
        rows.delta.event(key.account, 'queued')
        retried++
      }
      return retried
    },
  }
}
