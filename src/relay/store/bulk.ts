import type { Token } from '../../wire/record.ts'
import { StoreError } from './errors.ts'
import type { Bulk, NewEntry, Store } from './port.ts'
import { fingerprint } from './rules/fingerprint.ts'

/*
 * The rows of an import are flat texts from the reader to the statement that inserts them. A text takes a quarter of the
 * memory that an entry takes, and next to none of the collector's time; many of them, joined, cost next to nothing to send to
 * a thread and to take apart there. No value of a record holds a control character, so one of those keeps all values apart.
 */

const unitSeparator = '\u001f'

/** Of each row: objectId, type, id, p256dh, auth, fingerprint in hex, warnings in JSON; '' for none. */
export const valuesInRow = 7

/** An entry as a row of a bulk. */
export const flatRow = ({ objectId, token, warnings }: Pick<NewEntry, 'objectId' | 'token' | 'warnings'>): string =>
  [
    objectId,
    token.type,
    token.id,
    token.keys?.p256dh,
    token.keys?.auth,
    fingerprint({ token }),
    warnings.length > 0 ? JSON.stringify(warnings) : '',
  ].join(unitSeparator)

/** Rows that `flatRow` made, as one bulk. */
export const bulkOf = (common: Pick<Bulk, 'account' | 'replaceLive'>, rows: readonly string[]): Bulk => ({
  ...common,
  rows: rows.length,
  text: rows.join(unitSeparator),
})

/**
 * All values of a bulk, row behind row, `valuesInRow` of each.
 *
 * @throws StoreError (`unavailable`) when they are more or fewer.
 */
export const valuesOf = ({ rows, text }: Bulk): string[] => {
  const values = rows === 0 ? [] : text.split(unitSeparator)
  if (values.length !== rows * valuesInRow) throw new StoreError('unavailable', 'a record holds a control character')
  return values
}

/** The entry that a row of a bulk was, of which the values begin at that place. */
export const entryAt = ({ account, replaceLive }: Bulk, values: readonly string[], at: number): NewEntry => {
  const [objectId = '', type = '', id = '', p256dh = '', auth = '', , warnings = ''] = values.slice(
    at,
    at + valuesInRow,
  )
  const known = type as Token['type'] // of a token that was made flat
  return {
    account,
    objectId,
    token: p256dh === '' ? { type: known, id } : { type: known, id, keys: { p256dh, auth } },
    lane: 'import',
    sender: 'trusted',
    replaceLive,
    // Written by `flatRow`.
    warnings: warnings === '' ? [] : (JSON.parse(warnings) as string[]),
  }
}

/** The entries that the rows of a bulk were. */
export const entriesOf = (bulk: Bulk): NewEntry[] => {
  const values = valuesOf(bulk)
  return Array.from({ length: bulk.rows }, (_, row) => entryAt(bulk, values, row * valuesInRow))
}

/** `Store.putBulk` of a store that has no quicker way than its `put`. */
export const putBulkBy =
  (put: Store['put']): Store['putBulk'] =>
  async (bulk) => {
    const results = await put(entriesOf(bulk))
    return { others: results.flatMap(({ result }, at) => (result === 'queued' ? [] : [[at, result] as const])) }
  }
