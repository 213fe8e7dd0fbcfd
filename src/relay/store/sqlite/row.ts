import type { Token, TokenType } from '../../../wire/record.ts'
import {
  type Lane,
  type LeasedEntry,
  lanes,
  type NewEntry,
  type Pool,
  type RecordError,
  type RejectedRow,
  type TokenState,
  type TokenStatus,
} from '../port.ts'
import type { Ownership, Standing } from '../rules/decide.ts'
import { poolOf } from '../rules/tally.ts'
import type { SqlValue } from './driver.ts'

/** A row of the table `token`; see migrations/. */
export type TokenRow = Readonly<{
  id: number
  account: number
  object_id: string
  type: TokenType
  state: number
  lane: number
  seq: number
  generation: number
  keyed: number
  proved: number
  confirmed_on: number | null
  holder: number | null
  attempts: number
  deferrals: number
  failures: number
  received_at: number
  ready_at: number
  settled_at: number | null
  fingerprint: Uint8Array
  token: string | null
  p256dh: string | null
  auth: string | null
  error_code: number | null
  error_message: string | null
  warnings: string | null
}>

/** What a lease reads of a row. */
export type DueRow = Pick<
  TokenRow,
  | 'id'
  | 'object_id'
  | 'type'
  | 'lane'
  | 'proved'
  | 'seq'
  | 'generation'
  | 'attempts'
  | 'deferrals'
  | 'failures'
  | 'received_at'
  | 'ready_at'
  | 'token'
  | 'p256dh'
  | 'auth'
>

const states: readonly TokenState[] = ['queued', 'queued', 'uploading', 'accepted', 'rejected', 'withdrawn']

const erased = 6
/** Whether this is the hold of a row that was erased while an upload of it was in flight. */
export const isHold = ({ state }: Pick<TokenRow, 'state'>): boolean => state === erased

export const stateOf = (state: number): TokenState => states[state] ?? 'withdrawn'
export const laneOf = (lane: number): Lane => lanes[lane] ?? 'live'
export const laneNumber = (lane: Lane): number => lanes.indexOf(lane)
/** The pool that a row takes room in. */
export const poolOfRow = ({ lane, proved }: Pick<TokenRow, 'lane' | 'proved'>): Pool =>
  poolOf({ lane: laneOf(lane), proved: proved === 1 })
/** The columns lane, keyed, proved and confirmed_on. */
export const ownershipColumns = ({
  lane,
  keyed,
  proved,
  confirmedOn,
}: Ownership): [number, number, number, number | null] => [laneNumber(lane), keyed ? 1 : 0, proved ? 1 : 0, confirmedOn]

export const standingOf = (row: TokenRow): Standing => ({
  state: stateOf(row.state),
  lane: laneOf(row.lane),
  fingerprint: Buffer.from(row.fingerprint).toString('hex'),
  settledAt: row.settled_at,
  keyed: row.keyed === 1,
  proved: row.proved === 1,
  confirmedOn: row.confirmed_on,
})

export const errorOf = (row: TokenRow): RecordError | null =>
  row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' }

const tokenOf = (row: Pick<TokenRow, 'type' | 'token' | 'p256dh' | 'auth'>): Token | null => {
  const { type, token: id, p256dh, auth } = row
  if (id === null) return null
  return p256dh === null || auth === null ? { id, type } : { id, type, keys: { p256dh, auth } }
}

// Written by us, as a JSON array of texts.
const warningsOf = (column: string | null): string[] => (column === null ? [] : (JSON.parse(column) as string[]))

/** The status of the row that a record makes: it is queued and due, and nothing has happened to it yet. */
export const queuedStatusOf = (
  { objectId, token, warnings }: Pick<NewEntry, 'objectId' | 'token' | 'warnings'>,
  receivedAt: number,
): TokenStatus => ({
  objectId,
  type: token.type,
  state: 'queued',
  attempts: 0,
  error: null,
  receivedAt,
  settledAt: null,
  warnings,
})

export const statusOf = (row: TokenRow): TokenStatus => ({
  objectId: row.object_id,
  type: row.type,
  state: stateOf(row.state),
  attempts: row.attempts,
  error: errorOf(row),
  receivedAt: row.received_at,
  settledAt: row.settled_at,
  warnings: warningsOf(row.warnings),
})

export const leasedEntryOf = (row: DueRow): LeasedEntry => {
  const token = tokenOf(row)
  if (!token) throw new Error('a row that can be uploaded has lost its token')
  return {
    objectId: row.object_id,
    generation: row.generation,
    token,
    lane: laneOf(row.lane),
    attempts: row.attempts,
    deferrals: row.deferrals,
    failures: row.failures,
    receivedAt: row.received_at,
  }
}

export const rejectedRowOf = (row: TokenRow): RejectedRow => ({
  ...statusOf(row),
  token: tokenOf(row),
  error: errorOf(row) ?? { code: 0, message: '' },
  cursor: row.seq,
})

/** The columns token, p256dh, auth and warnings. */
export const recordColumns = ({ token: { id, keys }, warnings }: Pick<NewEntry, 'token' | 'warnings'>): SqlValue[] => [
  id,
  keys?.p256dh ?? null,
  keys?.auth ?? null,
  warnings.length > 0 ? JSON.stringify(warnings) : null,
]
