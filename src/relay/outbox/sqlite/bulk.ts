import { fingerprint } from '../fingerprint.ts'
import type { NewEntry, PutResult } from '../store.ts'
import { markOf, tokenColumns, warningsColumn } from './row.ts'

/*
 * How the many rows of an import travel: as one flat text, which the caller of the store writes and SQLite reads. In
 * between, nobody makes objects of it, and no value is handed to SQLite one by one.
 */

/** Entries of one account, on the import lane. */
export interface Bulk extends Pick<NewEntry, 'account' | 'sender' | 'replaceLive'> {
  rows: number
  /** A JSON array with an array for each row; see `BulkRow`. */
  text: string
}

/** objectId, type, id, p256dh, auth, mark, fingerprint in hex, warnings as they are stored. */
export type BulkRow = readonly [
  string,
  NewEntry['token']['type'],
  string,
  string | null,
  string | null,
  number,
  string,
  string | null,
]

/** What became of a bulk: the results of those rows that were not simply `queued`, each with its place. */
export interface BulkResult {
  others: readonly (readonly [number, PutResult['result']])[]
}

/** Fewer entries are not worth it. */
export const fewestInBulk = 51

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
  const rows = entries.map(({ objectId, token, warnings }) => {
    const print = fingerprint(token)
    return [objectId, token.type, ...tokenColumns(token), markOf(print), print, warningsColumn(warnings)]
  })
  return { account, sender, replaceLive, rows: entries.length, text: JSON.stringify(rows) }
}

/** The rows of a bulk, as `bulkOf` wrote them. */
export const rowsOf = ({ text }: Bulk): BulkRow[] => JSON.parse(text) as BulkRow[]

/** The entry that a row of a bulk was, and its fingerprint. */
export const entryOf = (
  { account, sender, replaceLive }: Bulk,
  [objectId, type, id, p256dh, auth, , print, warnings]: BulkRow,
): { entry: NewEntry; print: string } => ({
  print,
  entry: {
    account,
    sender,
    replaceLive,
    lane: 'import',
    objectId,
    token: p256dh === null || auth === null ? { type, id } : { type, id, keys: { p256dh, auth } },
    // Written by `warningsColumn`.
    warnings: warnings === null ? [] : (JSON.parse(warnings) as string[]),
  },
})

/** The results of the entries, in their order. */
export const resultsOf = ({ rows }: Bulk, { others }: BulkResult): PutResult[] => {
  const results: PutResult[] = Array.from({ length: rows }, () => ({ result: 'queued' }))
  for (const [at, result] of others) results[at] = { result }
  return results
}
