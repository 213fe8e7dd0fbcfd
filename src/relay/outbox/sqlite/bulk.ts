import { fingerprint } from '../fingerprint.ts'
import { tokenOfTexts, unitSeparator } from '../flat-token.ts'
import type { NewEntry, PutResult } from '../store.ts'
import { tokenColumns, warningsColumn } from './row.ts'

/*
 * How the many rows of an import travel to the thread of their store: as one flat text, which costs next to nothing to send
 * and to take apart. No value of a record holds a control character, so two of those keep rows and values apart.
 */

/** Entries of one account, on the import lane. */
export interface Bulk extends Pick<NewEntry, 'account' | 'sender' | 'replaceLive'> {
  rows: number
  /** A line for each row; see `BulkRow`. */
  text: string
}

/** A row's values: objectId, type, id, p256dh, auth, fingerprint in hex, warnings as they are stored; '' for none. */
export type BulkRow = readonly string[]

/** What became of a bulk: the results of those rows that were not simply `queued`, each with its place. */
export interface BulkResult {
  others: readonly (readonly [number, PutResult['result']])[]
}

/** Fewer entries are not worth it. */
export const fewestInBulk = 51

const lineEnd = '\n'

/** The entries as a bulk, if they can be one. */
export const bulkOf = (entries: readonly NewEntry[]): Bulk | undefined => {
  const [first] = entries
  if (!first || entries.length < fewestInBulk) return undefined
  const { account, sender, replaceLive } = first
  const isOfOneKind = entries.every(
    (one) =>
      one.lane === 'import' && one.account === account && one.sender === sender && one.replaceLive === replaceLive,
  )
  if (!isOfOneKind) return undefined
  const lines = entries.map(({ objectId, token, warnings }) =>
    [objectId, token.type, ...tokenColumns(token), fingerprint(token), warningsColumn(warnings)].join(unitSeparator),
  )
  return { account, sender, replaceLive, rows: entries.length, text: lines.join(lineEnd) }
}

/** The rows of a bulk, as `bulkOf` wrote them. */
export const rowsOf = ({ text }: Bulk): BulkRow[] => text.split(lineEnd).map((line) => line.split(unitSeparator))

/** The entry that a row of a bulk was, and its fingerprint. */
export const entryOf = (
  { account, sender, replaceLive }: Bulk,
  [objectId = '', type = '', id = '', p256dh = '', auth = '', print = '', warnings = '']: BulkRow,
): { entry: NewEntry; print: string } => ({
  print,
  entry: {
    account,
    sender,
    replaceLive,
    lane: 'import',
    objectId,
    token: tokenOfTexts(type, id, p256dh, auth),
    // Written by `bulkOf`.
    warnings: warnings === '' ? [] : (JSON.parse(warnings) as string[]),
  },
})

/** The results of the entries, in their order. */
export const resultsOf = ({ rows }: Bulk, { others }: BulkResult): PutResult[] => {
  const results: PutResult[] = Array.from({ length: rows }, () => ({ result: 'queued' }))
  for (const [at, result] of others) results[at] = { result }
  return results
}
