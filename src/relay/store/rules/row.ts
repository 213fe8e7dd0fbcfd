import type { Token, TokenType } from '../../../wire/record.ts'
import type { LeasedEntry, NewEntry, Priority, RecordError, RejectedRow, TokenState, TokenStatus } from '../port.ts'
import type { Ownership } from './decide.ts'

/** A row, as the rules see it. Each adapter reads it from its columns and writes it to them. */
export interface Row {
  type: TokenType
  /** Null when it is no longer needed. */
  token: Token | null
  fingerprint: string
  /** `erased`: a hold (see LEASE in port.ts). Only its holder and the next record of this objectId find it. */
  state: TokenState | 'erased'
  /** A queued row that is not due before `dueAt`. */
  waiting: boolean
  priority: Priority
  /** Defines its age; for a rejected row its order among the rejections. */
  seq: number
  /** A result must name it. It stays while the row is leased, even when the token is replaced. */
  generation: number
  /** A browser got a registration key for it. */
  keyed: boolean
  /** Its sender had a proof; see `Pool`. */
  proved: boolean
  /** The day of its browser's last confirmation; null: no browser has it. */
  confirmedOn: number | null
  /** The lease, in the adapter's own form; null: not leased. */
  holder: string | null
  attempts: number
  deferrals: number
  failures: number
  /** Ms since the epoch, as all times. */
  receivedAt: number
  /** The time from which it can be sent; for a waiting row `dueAt`. */
  readyAt: number
  dueAt: number
  settledAt: number | null
  error: RecordError | null
  warnings: readonly string[]
}

/** A row that is not a hold. */
export type KnownRow = Row & { state: TokenState }
const isKnown = (row: Row): row is KnownRow => row.state !== 'erased'
export const known = (row: Row | undefined): KnownRow | undefined => (row && isKnown(row) ? row : undefined)

/** Whether a row may still be uploaded, or is in flight. */
export const isOpen = ({ state, holder }: Row): boolean =>
  state === 'queued' || state === 'uploading' || holder !== null

const tries = { attempts: 0, deferrals: 0, failures: 0 } as const
const untried = { ...tries, waiting: false, dueAt: 0, settledAt: null, error: null } as const

/** Makes the row of a record: a new one, or the old one with another token and its lease. */
export const appliedRow = (
  old: Row | undefined,
  { token, warnings }: Pick<NewEntry, 'token' | 'warnings'>,
  fingerprint: string,
  ownership: Ownership,
  seq: number,
  receivedAt: number,
): Row => ({
  ...untried,
  ...ownership,
  type: token.type,
  token,
  fingerprint,
  state: 'queued',
  seq,
  generation: old && old.holder !== null ? old.generation : seq,
  holder: old?.holder ?? null,
  receivedAt,
  readyAt: receivedAt,
  warnings,
})

/** Makes a rejected row queued again. */
export const requeuedRow = (row: Row, seq: number, now: number): Row => {
  return { ...row, ...untried, state: 'queued', seq, generation: seq, readyAt: now }
}

/** Makes a withdrawn row. Any browser may claim its objectId. */
export const withdrawnRow = (row: Row, now: number): Row => ({
  ...row,
  state: 'withdrawn',
  waiting: false,
  token: null,
  dueAt: 0,
  settledAt: now,
  error: null,
  keyed: false,
  confirmedOn: null,
})

/** Makes the hold of a row that is erased while an upload of it is in flight. */
export const holdOf = (row: Row): Row => ({
  ...row,
  ...untried,
  state: 'erased',
  token: null,
  fingerprint: '',
  keyed: false,
  confirmedOn: null,
  receivedAt: 0,
  readyAt: 0,
  warnings: [],
})

/** The row as an operator sees it. */
export const statusOf = (objectId: string, row: KnownRow): TokenStatus => {
  const { type, state, attempts, error, receivedAt, settledAt, warnings } = row
  return { objectId, type, state, attempts, error, receivedAt, settledAt, warnings }
}

/** The row as its uploader needs it. */
export const leasedEntryOf = (objectId: string, row: Row): LeasedEntry => {
  const { generation, token, priority, attempts, deferrals, failures, receivedAt } = row
  if (!token) throw new Error('a row that can be uploaded has lost its token')
  return { objectId, generation, token, priority, attempts, deferrals, failures, receivedAt }
}

/** A rejected row as an operator sees it. */
export const rejectedRowOf = (objectId: string, row: Row): RejectedRow => ({
  ...statusOf(objectId, { ...row, state: 'rejected' }),
  token: row.token,
  error: row.error ?? { code: 0, message: '' },
  cursor: row.seq,
})
