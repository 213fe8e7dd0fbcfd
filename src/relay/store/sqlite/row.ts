import type { Token, TokenType } from '../../../wire/record.ts'
import { type LeasedEntry, lanes } from '../port.ts'
import type { Ownership } from '../rules/decide.ts'
import { leasedEntryOf, type Row } from '../rules/row.ts'
import type { Key } from '../rules/rows.ts'
import type { SqlValue } from './driver.ts'

/** A row of the table `token`; see migrations/. */
export type TokenRow = Readonly<{
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
  due_at: number
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
  | 'object_id'
  | 'type'
  | 'lane'
  | 'proved'
  | 'generation'
  | 'attempts'
  | 'deferrals'
  | 'failures'
  | 'received_at'
  | 'ready_at'
  | 'token'
  | 'p256dh'
  | 'auth'
> & { id: number }

const states: readonly Row['state'][] = ['queued', 'queued', 'uploading', 'accepted', 'rejected', 'withdrawn', 'erased']
const stateNumber = ({ state, waiting }: Row): number => (state === 'queued' && waiting ? 1 : states.indexOf(state))

/** What decides about a row's pool. */
export const poolFactsOf = ({ lane, proved }: Pick<TokenRow, 'lane' | 'proved'>): Pick<Row, 'lane' | 'proved'> => ({
  lane: lanes[lane] ?? 'live',
  proved: proved === 1,
})

const tokenOf = ({
  type,
  token: id,
  p256dh,
  auth,
}: Pick<TokenRow, 'type' | 'token' | 'p256dh' | 'auth'>): Token | null => {
  if (id === null) return null
  return p256dh === null || auth === null ? { id, type } : { id, type, keys: { p256dh, auth } }
}

/** A row as the rules see it; its holder by the number that it has here. */
export const rowOf = (columns: TokenRow): Row => {
  const { error_code: code, holder } = columns
  return {
    ...poolFactsOf(columns),
    type: columns.type,
    token: tokenOf(columns),
    fingerprint: Buffer.from(columns.fingerprint).toString('hex'),
    state: states[columns.state] ?? 'withdrawn',
    waiting: columns.state === 1,
    seq: columns.seq,
    generation: columns.generation,
    keyed: columns.keyed === 1,
    confirmedOn: columns.confirmed_on,
    holder: holder === null ? null : String(holder),
    attempts: columns.attempts,
    deferrals: columns.deferrals,
    failures: columns.failures,
    receivedAt: columns.received_at,
    readyAt: columns.ready_at,
    dueAt: columns.due_at,
    settledAt: columns.settled_at,
    error: code === null ? null : { code, message: columns.error_message ?? '' },
    // Written by us, as a JSON array of strings.
    warnings: columns.warnings === null ? [] : (JSON.parse(columns.warnings) as string[]),
  }
}

/** The values of the columns lane, keyed, proved and confirmed_on. */
export const ownershipValues = ({ lane, keyed, proved, confirmedOn }: Ownership): SqlValue[] => [
  lanes.indexOf(lane),
  keyed ? 1 : 0,
  proved ? 1 : 0,
  confirmedOn,
]
/** The values of the columns token, p256dh and auth. */
export const tokenValues = (token: Token | null): SqlValue[] => [
  token?.id ?? null,
  token?.keys?.p256dh ?? null,
  token?.keys?.auth ?? null,
]
export const warningsValue = (warnings: readonly string[]): SqlValue =>
  warnings.length > 0 ? JSON.stringify(warnings) : null

/** The values of a row in the order of `rowColumns`. */
export const valuesOf = ({ account, objectId }: Key, row: Row): SqlValue[] => [
  ...[account, objectId, row.type, stateNumber(row), ...ownershipValues(row), row.seq, row.generation],
  ...[row.holder === null ? null : Number(row.holder), row.attempts, row.deferrals, row.failures],
  ...[row.receivedAt, row.readyAt, row.dueAt, row.settledAt, Buffer.from(row.fingerprint, 'hex')],
  ...[...tokenValues(row.token), row.error?.code ?? null, row.error?.message ?? null, warningsValue(row.warnings)],
]

export const leasedEntryOfDue = (row: DueRow): LeasedEntry =>
  leasedEntryOf(row.object_id, {
    ...poolFactsOf(row),
    generation: row.generation,
    token: tokenOf(row),
    attempts: row.attempts,
    deferrals: row.deferrals,
    failures: row.failures,
    receivedAt: row.received_at,
  })
