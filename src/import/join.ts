import { type TokenType, tokenTypes } from '../wire/record.ts'
import { ImportError } from './error.ts'
import type { TypeRules } from './fields.ts'
import type { Input } from './input.ts'
import { readPairs } from './join-pairs.ts'
import type { RecordsRead } from './read-records.ts'
import type { Row } from './row.ts'
import { explainTemporary, openTemporaryDatabase } from './temporary-database.ts'

/** Other files that have the objectIds. */
export interface Join {
  /** The column of the import that is looked up. */
  left: string
  /** The distinct objectIds of a key, at most `mostIds` of them. */
  find(key: string): readonly string[]
  files: readonly RecordsRead[]
  close(): void
}

/** A key with more CleverTap IDs than this is no key of a profile. */
const mostIds = 100

/** Reads `LEFT` or `LEFT=RIGHT`: the import's column, and the join file's. */
export const readOn = (text: string): { left: string; right: string } => {
  const [left = '', right = left] = text.split('=').map((name) => name.trim())
  if (left === '' || right === '') throw new ImportError('usage', '--on is COLUMN, or COLUMN=COLUMN OF THE JOIN FILE')
  return { left, right }
}

const prefixes: Readonly<Record<TokenType, string>> = {
  fcm: '__',
  gcm: '__',
  apns: '-',
  wns: '~',
  mpns: '~',
  chrome: '',
}
const prefixOf = (objectId: string): string => /^(?:__|-|~)?/.exec(objectId)?.[0] ?? ''

/** Of several objectIds, the one whose prefix fits the type; undefined where that leaves none or several. */
const chooseObjectId = (objectIds: readonly string[], type: string): string | undefined => {
  const [only, second] = objectIds
  if (second === undefined) return only
  if (objectIds.length >= mostIds) return undefined
  const fitting = objectIds.filter((one) =>
    Object.entries(prefixes).some(([t, p]) => t === type && p === prefixOf(one)),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}

/** How many IDs the reason of a refused row names. */
const mostNamed = 5

/**
 * The objectId that the join files have for the key of a row, or why it has none.
 *
 * @param writtenType as it stands in the row; empty where there is none.
 */
export const joinedObjectId = (
  join: Join,
  key: string,
  writtenType: string,
  { typeMap }: TypeRules,
  defaultType = '',
): string | NonNullable<Row['aside']> => {
  const found = key === '' ? [] : join.find(key)
  if (found.length === 0)
    return { kind: 'unmatched', reason: `the join file has no CleverTap ID for this ${join.left}` }
  const foreign = writtenType.toLowerCase()
  const type = typeMap?.get(foreign) ?? (foreign === '' ? defaultType : foreign)
  const chosen = chooseObjectId(found, type)
  // Without a type that is known none of them can be chosen, and it is the type that has to be corrected.
  if (chosen !== undefined || !tokenTypes.some((one) => one === type)) return chosen ?? found[0] ?? ''
  const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : ''
  const named = found.slice(0, mostNamed).join(', ')
  return { kind: 'ambiguous', reason: `the join file has several CleverTap IDs for this ${join.left}: ${named}${more}` }
}

/**
 * Reads join files (CSV, NDJSON, JSON, CleverTap Profile Exports) into a temporary database. Memory does not grow with them.
 *
 * @throws ImportError (`usage`) when a file cannot be read, or when a column is missing; (`failed`) when the temporary
 *   database cannot be written.
 */
export const openJoin = async (inputs: readonly Input[], on: string): Promise<Join> => {
  const columns = readOn(on)
  const database = await openTemporaryDatabase('--join')
  try {
    database.exec('CREATE TABLE pairs (key TEXT NOT NULL, id TEXT NOT NULL); BEGIN')
    const insert = database.prepare('INSERT INTO pairs VALUES (?, ?)')
    const files: RecordsRead[] = []
    for (const input of inputs) files.push(await readPairs(input, columns, (key, id) => void insert.run(key, id)))
    database.exec('COMMIT; CREATE INDEX pairs_by_key ON pairs (key, id)')
    const select = database.prepare(`SELECT DISTINCT id FROM pairs WHERE key = ? LIMIT ${mostIds}`)
    return {
      left: columns.left,
      // The column is TEXT NOT NULL.
      find: (value) => select.all(value).map((row) => (row as { id: string }).id),
      files,
      close: () => database.close(),
    }
  } catch (error) {
    database.close()
    throw explainTemporary('--join', error)
  }
}
