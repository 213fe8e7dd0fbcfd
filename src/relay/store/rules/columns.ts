import type { Token, TokenType } from '../../../wire/record.ts'
import { priorities } from '../port.ts'
import type { Row } from './row.ts'
import type { Key } from './rows.ts'

/*
 * A row in the columns of a database. All databases use the same names of columns and numbers of states and priorities. Columns that
 * a statement does not select, or a table does not have, are missing or null.
 *
 * state: 0 queued and due, 1 queued and waiting for due_at, 2 uploading, 3 accepted, 4 rejected, 5 withdrawn, 6 erased.
 */
export type RowColumns = Readonly<{
  type: TokenType
  state?: number
  priority: number
  seq?: number | null
  generation?: number | null
  keyed?: boolean | number
  proved: boolean | number
  confirmed_on?: number | null
  holder?: string | number | null
  attempts: number
  deferrals?: number | null
  failures?: number | null
  received_at: number
  ready_at?: number | null
  due_at?: number | null
  settled_at?: number | null
  fingerprint?: Uint8Array
  token: string | null
  p256dh: string | null
  auth: string | null
  error_code?: number | null
  error_message?: string | null
  warnings?: string | null
}>

const states: readonly Row['state'][] = ['queued', 'queued', 'uploading', 'accepted', 'rejected', 'withdrawn', 'erased']

const tokenOf = ({ type, token: id, p256dh, auth }: RowColumns): Token | null => {
  if (id === null) return null
  return p256dh === null || auth === null ? { id, type } : { id, type, keys: { p256dh, auth } }
}

export const rowOf = (columns: RowColumns): Row => {
  const { state = 0, fingerprint, holder = null, error_code: code = null, warnings = null } = columns
  return {
    type: columns.type,
    token: tokenOf(columns),
    fingerprint: fingerprint ? Buffer.from(fingerprint).toString('hex') : '',
    state: states[state] ?? 'withdrawn',
    waiting: state === 1,
    priority: priorities[columns.priority] ?? 'live',
    seq: columns.seq ?? 0,
    generation: columns.generation ?? 0,
    keyed: Boolean(columns.keyed),
    proved: Boolean(columns.proved),
    confirmedOn: columns.confirmed_on ?? null,
    holder: holder === null ? null : String(holder),
    attempts: columns.attempts,
    deferrals: columns.deferrals ?? 0,
    failures: columns.failures ?? 0,
    receivedAt: columns.received_at,
    readyAt: columns.ready_at ?? 0,
    dueAt: columns.due_at ?? 0,
    settledAt: columns.settled_at ?? null,
    error: code === null ? null : { code, message: columns.error_message ?? '' },
    // Written by `warningsColumn`.
    warnings: warnings === null ? [] : (JSON.parse(warnings) as string[]),
  }
}

export const warningsColumn = (warnings: readonly string[]): string | null =>
  warnings.length > 0 ? JSON.stringify(warnings) : null

/** A row with its key, by the names of the columns; the fingerprint in hex. */
export const columnsOf = ({ account, objectId }: Key, row: Row) => ({
  account,
  object_id: objectId,
  type: row.type,
  state: row.state === 'queued' && row.waiting ? 1 : states.indexOf(row.state),
  priority: priorities.indexOf(row.priority),
  seq: row.seq,
  generation: row.generation,
  keyed: row.keyed,
  proved: row.proved,
  confirmed_on: row.confirmedOn,
  holder: row.holder,
  attempts: row.attempts,
  deferrals: row.deferrals,
  failures: row.failures,
  received_at: row.receivedAt,
  ready_at: row.readyAt,
  due_at: row.dueAt,
  settled_at: row.settledAt,
  fingerprint: row.fingerprint,
  token: row.token?.id ?? null,
  p256dh: row.token?.keys?.p256dh ?? null,
  auth: row.token?.keys?.auth ?? null,
  error_code: row.error?.code ?? null,
  error_message: row.error?.message ?? null,
  warnings: warningsColumn(row.warnings),
})
