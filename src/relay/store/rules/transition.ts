import type { EventName, Lane, Outcome, RecordError, TokenState } from '../port.ts'

/** What a settled entry's row becomes. `waiting` says that a queued row is not due before `dueAt`. */
export interface Transition {
  state: TokenState
  waiting: boolean
  dueAt: number
  settledAt: number | null
  error: RecordError | null
  /** Only what can still be uploaded keeps its token: queued rows, and refused ones of proved senders for another try. */
  keepToken: boolean
  lane: Lane
  attempts: 0 | 1
  deferrals: 0 | 1
  failures: 0 | 1
  event: EventName | undefined
}

const queued = { state: 'queued', settledAt: null, keepToken: true, deferrals: 0, failures: 0 } as const
const settled = { waiting: false, dueAt: 0, attempts: 1, deferrals: 0, failures: 0 } as const

/** What the row was until now, as far as its next state depends on it. */
export interface Before {
  error: RecordError | null
  lane: Lane
  proved: boolean
}

/** The end of one leased entry as a change of its row. Pure. */
export const transition = (outcome: Outcome, { error, lane, proved }: Before, now: number): Transition => {
  switch (outcome.kind) {
    case 'accepted':
      return { ...settled, lane, state: 'accepted', settledAt: now, error: null, keepToken: false, event: 'accepted' }
    case 'rejected':
      return {
        ...settled,
        lane,
        state: 'rejected',
        settledAt: now,
        error: outcome.error,
        keepToken: proved,
        event: 'rejected',
      }
    case 'deferred': {
      const { dueAt, error: reason } = outcome
      const next = proved ? lane : 'deferred'
      return {
        ...queued,
        lane: next,
        waiting: true,
        dueAt,
        error: reason,
        attempts: 1,
        deferrals: 1,
        event: 'deferred',
      }
    }
    case 'failed': {
      // What need not wait does not depend on a clock: if that is set back, it is due all the same.
      const waiting = outcome.dueAt > now
      const dueAt = waiting ? outcome.dueAt : 0
      return { ...queued, lane, waiting, dueAt, error, attempts: 1, failures: outcome.blamed ? 1 : 0, event: 'failed' }
    }
    case 'returned':
      return { ...queued, lane, waiting: false, dueAt: 0, error, attempts: 0, event: undefined }
  }
}

/**
 * How far in the future a waiting row may honestly be due, in ms, unless longer waits are configured. One that is due later than that was given its time by
 * a clock that has since been set back, and counts as due.
 */
export const farthestDueMs = 8 * 24 * 60 * 60 * 1000
