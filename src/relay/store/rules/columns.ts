import type { Token, TokenType } from '../../../wire/record.ts'
import { priorities } from '../port.ts'
import type { Key } from './operation.ts'
import type { Row } from './row.ts'

/**
 * The columns of a row, with PostgreSQL's types. All databases use these names, and these numbers of states and priorities.
 *
 * state: 0 queued and due, 1 queued and waiting for due_at, 2 uploading, 3 accepted, 4 rejected, 5 withdrawn, 6 erased while
 * an upload is in flight (a hold, which is removed when the lease ends).
 */
export const columnTypes = {
  account: 'bigint',
  object_id: 'text',
  type: 'text',
  state: 'smallint',
  priority: 'smallint',
  seq: 'bigint',
  generation: 'bigint',
  keyed: 'boolean',
  proved: 'boolean',
  confirmed_on: 'integer',
  holder: 'integer',
  attempts: 'integer',
  deferrals: 'integer',
  failures: 'integer',
  received_at: 'bigint',
  ready_at: 'bigint',
  due_at: 'bigint',
  settled_at: 'bigint',
  fingerprint: 'bytea',
  token: 'text',
  p256dh: 'text',
  auth: 'text',
  error_code: 'double precision',
  error_message: 'text',
  warnings: 'text',
} as const
export type Column = keyof typeof columnTypes

interface Values {
  text: string
  bytea: Uint8Array
  /** SQLite has numbers in place of these. */
  boolean: boolean | number
}
type ValueOf<Name extends Column> = Name extends 'holder'
  ? string | number
  : (typeof columnTypes)[Name] extends keyof Values
    ? Values[(typeof columnTypes)[Name]]
    : number
/** The columns that a statement selects. Others, and those that a table does not have, are missing or null. */
export type RowColumns = Readonly<{ [Name in Column]?: ValueOf<Name> | null }>
export type FoundColumns = RowColumns & Readonly<{ account: number; object_id: string }>

const states: readonly Row['state'][] = ['queued', 'queued', 'uploading', 'accepted', 'rejected', 'withdrawn', 'erased']

const tokenOf = (type: TokenType, { token: id, p256dh, auth }: RowColumns): Token | null => {
  if (typeof id !== 'string') return null
  return p256dh && auth ? { id, type, keys: { p256dh, auth } } : { id, type }
}

export const rowOf = (columns: RowColumns): Row => {
  const { fingerprint, holder, error_code: code, warnings } = columns
  // Written by `columnsOf`.
  const type = columns.type as TokenType
  return {
    type,
    token: tokenOf(type, columns),
    fingerprint: fingerprint ? Buffer.from(fingerprint).toString('hex') : '',
    state: states[columns.state ?? 0] ?? 'withdrawn',
    waiting: columns.state === 1,
    priority: priorities[columns.priority ?? 0] ?? 'live',
    seq: columns.seq ?? 0,
    generation: columns.generation ?? 0,
    keyed: Boolean(columns.keyed),
    proved: Boolean(columns.proved),
    confirmedOn: columns.confirmed_on ?? null,
    holder: holder === null || holder === undefined ? null : String(holder),
    attempts: columns.attempts ?? 0,
    deferrals: columns.deferrals ?? 0,
    failures: columns.failures ?? 0,
    receivedAt: columns.received_at ?? 0,
    readyAt: columns.ready_at ?? 0,
    dueAt: columns.due_at ?? 0,
    settledAt: columns.settled_at ?? null,
    error: typeof code === 'number' ? { code, message: columns.error_message ?? '' } : null,
    // Written by `warningsColumn`.
    warnings: warnings ? (JSON.parse(warnings) as string[]) : [],
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
