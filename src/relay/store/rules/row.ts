import type { Token, TokenType } from '../../../wire/record.ts'
import type {
  EventName,
  Lane,
  LeasedEntry,
  NewEntry,
  Outcome,
  RecordError,
  RejectedRow,
  TokenState,
  TokenStatus,
} from '../port.ts'
import type { Ownership } from './decide.ts'
import { farthestDueMs, transition } from './transition.ts'

/** A row of the in-memory outbox. The fields mean what the columns of the SQL adapters mean. */
export interface Row {
  account: string
  objectId: string
  type: TokenType
  token: Token | null
  fingerprint: string
  /** `erased`: a hold; nobody finds it but who leases, and the next record of this objectId. */
  state: TokenState | 'erased'
  waiting: boolean
  lane: Lane
  sequence: number
  generation: number
  keyed: boolean
  proved: boolean
  confirmedOn: number | null
  holder: string | null
  attempts: number
  deferrals: number
  failures: number
  receivedAt: number
  readyAt: number
  dueAt: number
  settledAt: number | null
  error: RecordError | null
  warnings: readonly string[]
}

export type KnownRow = Row & { state: TokenState }

/** The row that a record makes: a new one, or the next generation of the old, which keeps its lease. */
export const enterRow = (
  old: Row | undefined,
  entry: NewEntry,
  fingerprint: string,
  ownership: Ownership,
  sequence: number,
  now: number,
): Row => {
  const row: Row = {
    account: entry.account,
    objectId: entry.objectId,
    type: entry.token.type,
    token: entry.token,
    fingerprint,
    state: 'queued',
    waiting: false,
    sequence,
    generation: sequence,
    ...ownership,
    holder: old?.holder ?? null,
    attempts: 0,
    deferrals: 0,
    failures: 0,
    receivedAt: now,
    readyAt: now,
    dueAt: 0,
    settledAt: null,
    error: null,
    warnings: entry.warnings,
  }
  return row
}

/** Whether a queued row may be sent: it waits for nothing, its time has come, or its time was given by a clock gone wrong. */
export const isDue = ({ waiting, dueAt }: Row, now: number, farthestMs = farthestDueMs): boolean =>
  !waiting || dueAt <= now || dueAt > now + farthestMs

/** Puts a row back in the queue, due at once, at its old age. */
export const freeRow = (row: Row): void => {
  Object.assign(row, { state: 'queued', waiting: false, dueAt: 0 })
}

/** Applies an outcome and names the event that it is. */
export const settleRow = (row: Row, outcome: Outcome, sequence: number, now: number): EventName | undefined => {
  const change = transition(outcome, row, now)
  row.state = change.state
  row.lane = change.lane
  row.waiting = change.waiting
  row.dueAt = change.dueAt
  if (change.waiting) row.readyAt = change.dueAt
  row.settledAt = change.settledAt
  row.error = change.error
  row.attempts += change.attempts
  row.deferrals += change.deferrals
  row.failures += change.failures
  if (!change.keepToken) row.token = null
  if (change.state === 'rejected') row.sequence = sequence
  return change.event
}

export const leasedEntry = (row: Row): LeasedEntry => {
  if (!row.token) throw new Error('a queued row has lost its token')
  const { objectId, generation, token, lane, attempts, deferrals, failures, receivedAt } = row
  return { objectId, generation, token, lane, attempts, deferrals, failures, receivedAt }
}

/** The row, unless it is a hold. */
export const known = (row: Row | undefined): KnownRow | undefined => (row && isKnown(row) ? row : undefined)
const isKnown = (row: Row): row is KnownRow => row.state !== 'erased'

export const statusOf = (row: KnownRow): TokenStatus => {
  const { objectId, type, state, attempts, error, receivedAt, settledAt, warnings } = row
  return { objectId, type, state, attempts, error, receivedAt, settledAt, warnings }
}

/** The row as an operator's refused row; nothing when it is none. */
export const rejectedRow = (row: Row): RejectedRow[] =>
  row.state === 'rejected' && row.error
    ? [{ ...statusOf({ ...row, state: row.state }), token: row.token, error: row.error, cursor: row.sequence }]
    : []
