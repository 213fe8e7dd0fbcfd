import type { Token, TokenType } from '../../../wire/record.ts'
import type { LeasedEntry, NewEntry, Priority, RecordError, RejectedRow, TokenState, TokenStatus } from '../port.ts'
import type { Ownership } from './decide.ts'

/** A row as the rules see it. Each adapter reads it from its columns and writes it there. */
export interface Row {
  type: TokenType
  /** Null once it is no longer needed. */
  token: Token | null
  fingerprint: string
  /** `erased`: a hold (see LEASE in port.ts). Only its holder and the next record of this objectId find it. */
  state: TokenState | 'erased'
  /** A queued row that is not due before `dueAt`. */
  waiting: boolean
  priority: Priority
  /** Its age; of a refused row its place among the refusals. */
  seq: number
  /** A result must name it. It stays while the row is leased, even when the token is replaced. */
  generation: number
  /** A registration key was handed out for it. */
  keyed: boolean
  /** Its sender has proved itself; see `Pool`. */
  proved: boolean
  /** The day on which its browser was last heard of; null: no browser has it. */
  confirmedOn: number | null
  /** In the adapter's own words; null: in nobody's lease. */
  holder: string | null
  attempts: number
  deferrals: number
  failures: number
  /** Ms since the epoch, as all times. */
  receivedAt: number
  /** Since when it can be sent; of a waiting row `dueAt`. */
  readyAt: number
  dueAt: number
  settledAt: number | null
  error: RecordError | null
  warnings: readonly string[]
}

/** A row that is not a hold. */
export type KnownRow = Row & { state: TokenState }
const isKnown = (row: Row): row is KnownRow => row.state !== 'erased'
/** The row, unless it is a hold. */
export const known = (row: Row | undefined): KnownRow | undefined => (row && isKnown(row) ? row : undefined)

/** Whether a row may still be uploaded, or something of it is in flight. */
export const isOpen = ({ state, holder }: Row): boolean =>
  state === 'queued' || state === 'uploading' || holder !== null

const untried = {
  waiting: false,
  attempts: 0,
  deferrals: 0,
  failures: 0,
  dueAt: 0,
  settledAt: null,
  error: null,
} as const

/** The row that a record makes: a new one, or the old one with another token, which keeps its lease. */
export const enteredRow = (
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

/** A refused row that is queued for another try. */
export const requeuedRow = (row: Row, seq: number, now: number): Row => ({
  ...row,
  ...untried,
  state: 'queued',
  seq,
  generation: seq,
  readyAt: now,
})

/** A withdrawn row: any browser may have the objectId next. */
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

/** The hold that remains of a row that is erased while an upload of it is in flight. */
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

/** The row as its operator may see it. */
export const statusOf = (objectId: string, row: KnownRow): TokenStatus => {
  const { type, state, attempts, error, receivedAt, settledAt, warnings } = row
  return { objectId, type, state, attempts, error, receivedAt, settledAt, warnings }
}

/** The row as its uploader needs it. */
export const leasedEntryOf = (
  objectId: string,
  row: Pick<Row, 'token' | 'priority' | 'generation' | 'attempts' | 'deferrals' | 'failures' | 'receivedAt'>,
): LeasedEntry => {
  const { generation, token, priority, attempts, deferrals, failures, receivedAt } = row
  if (!token) throw new Error('a row that can be uploaded has lost its token')
  return { objectId, generation, token, priority, attempts, deferrals, failures, receivedAt }
}

/** A refused row as its operator may see it. */
export const rejectedRowOf = (objectId: string, row: Row): RejectedRow => ({
  ...statusOf(objectId, { ...row, state: 'rejected' }),
  token: row.token,
  error: row.error ?? { code: 0, message: '' },
  cursor: row.seq,
})
