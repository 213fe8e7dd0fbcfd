import type { Token, TokenType } from '../../../wire/record.ts'
import type { Lane, LeasedEntry, NewEntry, RecordError, RejectedRow, TokenState, TokenStatus } from '../port.ts'
import type { Standing } from '../rules/decide.ts'
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
const lanes: readonly Lane[] = ['live', 'import']

const erased = 6
/** Whether this is the hold of a row that was erased while an upload of it was in flight. */
export const isHold = ({ state }: Pick<TokenRow, 'state'>): boolean => state === erased

export const stateOf = (state: number): TokenState => states[state] ?? 'withdrawn'
export const laneOf = (lane: number): Lane => lanes[lane] ?? 'live'
export const laneNumber = (lane: Lane): number => (lane === 'live' ? 0 : 1)

export const standingOf = (row: TokenRow): Standing => ({
  state: stateOf(row.state),
  lane: laneOf(row.lane),
  fingerprint: Buffer.from(row.fingerprint).toString('hex'),
  settledAt: row.settled_at,
  keyed: row.keyed === 1,
})

export const errorOf = (row: TokenRow): RecordError | null =>
  row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' }

const tokenOf = (row: Pick<TokenRow, 'type' | 'token' | 'p256dh' | 'auth'>): Token => {
  const { type, token: id, p256dh, auth } = row
  if (id === null) throw new Error('a row that can be uploaded has lost its token')
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

export const leasedEntryOf = (row: DueRow): LeasedEntry => ({
  objectId: row.object_id,
  generation: row.generation,
  token: tokenOf(row),
  lane: laneOf(row.lane),
  attempts: row.attempts,
  deferrals: row.deferrals,
  failures: row.failures,
  receivedAt: row.received_at,
})

export const rejectedRowOf = (row: TokenRow): RejectedRow => ({
  ...statusOf(row),
  token: tokenOf(row),
  error: errorOf(row) ?? { code: 0, message: '' },
  cursor: row.seq,
})

export const warningsColumn = (warnings: readonly string[]): SqlValue =>
  warnings.length > 0 ? JSON.stringify(warnings) : null
