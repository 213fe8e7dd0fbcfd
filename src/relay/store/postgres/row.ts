import type { Token, TokenType } from '../../../wire/record.ts'
import {
  type Lane,
  type LeasedEntry,
  lanes,
  type RecordError,
  type RejectedRow,
  type TokenState,
  type TokenStatus,
} from '../port.ts'
import type { RowValues } from './arrays.ts'

/** A row, from whichever of the two tables. The fields mean what they mean in rules/row.ts. */
export interface Row {
  type: TokenType
  token: Token | null
  fingerprint: string
  /** `erased`: a hold, see Store.erase; nobody finds it but who leases, and the next record of this objectId. */
  state: TokenState | 'erased'
  waiting: boolean
  lane: Lane
  seq: number
  keyed: boolean
  proved: boolean
  confirmedOn: number | null
  holder: string | null
  /** The number of the lease that it is in; its holder's results name it. Null: in nobody's lease. */
  lease: number | null
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

/** What the statements select of a row; see migrations/0007.sql. `queue` and `settled` lack some columns each. */
export type RowColumns = Readonly<{
  account: number
  object_id: string
  type: TokenType
  state: number
  lane: number
  seq: number | null
  keyed: boolean
  proved: boolean
  confirmed_on: number | null
  holder: string | null
  lease: number | null
  attempts: number
  deferrals: number | null
  failures: number | null
  received_at: number
  ready_at: number | null
  due_at: number | null
  settled_at: number | null
  fingerprint: Buffer
  token: string | null
  p256dh: string | null
  auth: string | null
  error_code: number | null
  error_message: string | null
  warnings: string | null
}>

const states: readonly Row['state'][] = ['queued', 'queued', 'uploading', 'accepted', 'rejected', 'withdrawn', 'erased']
/** A row that is not a hold. */
export type KnownRow = Row & { state: TokenState }
export const known = (row: Row | undefined): KnownRow | undefined => (row && isKnown(row) ? row : undefined)
const isKnown = (row: Row): row is KnownRow => row.state !== 'erased'
export const laneNumber = (lane: Lane): number => lanes.indexOf(lane)
const stateNumber = ({ state, waiting }: Row): number => (state === 'queued' && waiting ? 1 : states.indexOf(state))

/** PostgreSQL's text has no NUL and no half characters: a text from outside must not break the statement it is in. */
export const storable = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD')

/** An objectId to look for. One that cannot be stored becomes one that nobody has. */
export const findable = (objectId: string): string => (storable(objectId) === objectId ? objectId : '')

export const rowOf = (columns: RowColumns): Row => {
  const { token: id, type, p256dh, auth, error_code: code } = columns
  const bare = id === null ? null : { id, type }
  return {
    type,
    token: bare && p256dh !== null && auth !== null ? { ...bare, keys: { p256dh, auth } } : bare,
    fingerprint: columns.fingerprint.toString('hex'),
    state: states[columns.state] ?? 'withdrawn',
    waiting: columns.state === 1,
    lane: lanes[columns.lane] ?? 'live',
    seq: columns.seq ?? 0,
    keyed: columns.keyed,
    proved: columns.proved,
    confirmedOn: columns.confirmed_on,
    holder: columns.holder,
    lease: columns.lease,
    attempts: columns.attempts,
    deferrals: columns.deferrals ?? 0,
    failures: columns.failures ?? 0,
    receivedAt: columns.received_at,
    readyAt: columns.ready_at ?? 0,
    dueAt: columns.due_at ?? 0,
    settledAt: columns.settled_at,
    error: code === null ? null : { code, message: columns.error_message ?? '' },
    // Written by us, as a JSON array of texts.
    warnings: columns.warnings === null ? [] : (JSON.parse(columns.warnings) as string[]),
  }
}

/** Warnings as they are stored; see rowOf. */
export const warningsText = (warnings: readonly string[]): string | null =>
  warnings.length > 0 ? JSON.stringify(warnings) : null

/** Whether a row stands in `queue`, and not in `settled`: it may still be uploaded, or something of it is in flight. */
export const isOpen = ({ state, lease }: Row): boolean => state === 'queued' || state === 'uploading' || lease !== null

/** A row as the statements take it, by the names of the columns; a column that is not there is NULL. */
export const columnsOf = (account: number, objectId: string, row: Row): Omit<RowValues, 'version'> => ({
  account,
  object_id: objectId,
  type: row.type,
  state: stateNumber(row),
  lane: laneNumber(row.lane),
  seq: isOpen(row) || row.state === 'rejected' ? row.seq : null,
  keyed: row.keyed,
  proved: row.proved,
  confirmed_on: row.confirmedOn,
  lease: row.lease,
  attempts: row.attempts,
  deferrals: row.deferrals,
  failures: row.failures,
  received_at: row.receivedAt,
  ready_at: Math.ceil(row.readyAt),
  due_at: Math.ceil(row.dueAt),
  settled_at: row.settledAt,
  fingerprint: `\\x${row.fingerprint}`,
  token: row.token ? storable(row.token.id) : null,
  p256dh: row.token?.keys?.p256dh ?? null,
  auth: row.token?.keys?.auth ?? null,
  error_code: row.error ? row.error.code : null,
  error_message: row.error ? storable(row.error.message) : null,
  warnings: warningsText(row.warnings),
})

export const statusOf = (objectId: string, row: KnownRow): TokenStatus => ({
  objectId,
  type: row.type,
  state: row.state,
  attempts: row.attempts,
  error: row.error,
  receivedAt: row.receivedAt,
  settledAt: row.settledAt,
  warnings: row.warnings,
})

export const leasedEntryOf = (objectId: string, row: Row, lease: number): LeasedEntry => {
  const { token, lane, attempts, deferrals, failures, receivedAt } = row
  if (!token) throw new Error('a row that can be uploaded has lost its token')
  return { objectId, generation: lease, token, lane, attempts, deferrals, failures, receivedAt }
}

export const rejectedRowOf = (objectId: string, row: Row): RejectedRow => ({
  ...statusOf(objectId, { ...row, state: 'rejected' }),
  token: row.token,
  error: row.error ?? { code: 0, message: '' },
  cursor: row.seq,
})
