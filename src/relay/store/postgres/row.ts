import type { TokenType } from '../../../wire/record.ts'
import { lanes } from '../port.ts'
import { isOpen, type Row } from '../rules/row.ts'
import type { RowValues } from './arrays.ts'

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
const stateNumber = ({ state, waiting }: Row): number => (state === 'queued' && waiting ? 1 : states.indexOf(state))

/** PostgreSQL's text has no NUL and no half characters: a text from outside must not break the statement it is in. */
export const storable = (text: string): string =>
  /^[ -~]*$/.test(text) ? text : text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD')

/** An objectId to look for. One that cannot be stored becomes one that nobody has. */
export const findable = (objectId: string): string => (storable(objectId) === objectId ? objectId : '')

/** A row's generation is the number of its lease, which is never used again; one in nobody's lease needs none. */
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
    generation: columns.lease ?? 0,
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

/** A row as the statements take it, by the names of the columns; a column that is not there is NULL. */
export const columnsOf = (account: number, objectId: string, row: Row): Omit<RowValues, 'version'> => ({
  account,
  object_id: objectId,
  type: row.type,
  state: stateNumber(row),
  lane: lanes.indexOf(row.lane),
  seq: isOpen(row) || row.state === 'rejected' ? row.seq : null,
  keyed: row.keyed,
  proved: row.proved,
  confirmed_on: row.confirmedOn,
  lease: row.holder === null ? null : row.generation,
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
  warnings: row.warnings.length > 0 ? JSON.stringify(row.warnings) : null,
})
