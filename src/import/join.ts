import { placeholderHint } from '../wire/placeholder.ts'
import { platformOf, platforms } from '../wire/platform.ts'
import { type TokenType, tokenTypes } from '../wire/record.ts'
import { ImportError } from './error.ts'
import type { TypeRules } from './fields.ts'
import type { Input } from './input.ts'
import { readPairs } from './join-pairs.ts'
import type { RecordsRead } from './read-records.ts'
import type { Row } from './row.ts'
import { explainTemporary, openTemporaryDatabase } from './temporary-database.ts'

/** The objectIds from the join files. */
export interface Join {
  /** The import's column with the key. */
  left: string
  /** The distinct objectIds of a key, at most `mostIds` of them. */
  find(key: string): readonly string[]
  files: readonly RecordsRead[]
  close(): void
}

/** A key with this many CleverTap IDs or more does not identify a profile. */
const mostIds = 100

/** Reads `LEFT` or `LEFT=RIGHT`: the import's column, and the join file's. */
export const readOn = (on: string): { left: string; right: string } => {
  const [left = '', right = left] = on.split('=').map((name) => name.trim())
  if (left === '' || right === '') throw new ImportError('usage', '--on is COLUMN, or COLUMN=COLUMN OF THE JOIN FILE')
  return { left, right }
}

/** Chooses the objectId whose platform fits the type. `none`: all are of other platforms. `several`: more than one fits. */
const chooseObjectId = (objectIds: readonly string[], type: TokenType): { objectId: string } | 'none' | 'several' => {
  if (objectIds.length >= mostIds) return 'several'
  const prefixOf = (objectId: string): string => platformOf(objectId)?.prefix ?? ''
  const fitting = objectIds.filter((one) => prefixOf(one) === platforms[type].prefix)
  // An ID without a prefix fits any platform.
  const [first] = fitting.length > 0 ? fitting : objectIds.filter((one) => prefixOf(one) === '')
  if (first === undefined) return 'none'
  return fitting.length === 1 || objectIds.length === 1 ? { objectId: first } : 'several'
}

/** Largest number of IDs that the reason of a rejected row names. */
const mostNamed = 5

/** The reason when no join file has a CleverTap ID for a key. */
const whyUnmatched = (key: string, left: string): string => {
  if (key === '') return `the row has no value for ${left}, so it cannot be joined`
  const hint = placeholderHint(key)
  if (hint !== undefined) return `its ${left} ${hint}`
  const invisible = /\p{Cf}/u.test(key) ? `, which has an invisible character in it` : ''
  return `the join file has no CleverTap ID for this ${left}${invisible}`
}

/**
 * The objectId from the join files for the key of a row, or why there is none.
 *
 * @param writtenType the type in the row; empty when there is none.
 */
export const joinedObjectId = (
  join: Join,
  key: string,
  writtenType: string,
  { typeMap }: TypeRules,
  defaultType = '',
): string | NonNullable<Row['aside']> => {
  const found = key === '' ? [] : join.find(key)
  if (found.length === 0) return { kind: 'unmatched', reason: whyUnmatched(key, join.left) }
  const foreign = writtenType.toLowerCase()
  const written = typeMap?.get(foreign) ?? (foreign === '' ? defaultType : foreign)
  const type = tokenTypes.find((one) => one === written)
  // Without a known type none of the IDs can be chosen. `decodeRecord` then reports the type.
  if (type === undefined) return found[0] ?? ''
  const chosen = chooseObjectId(found, type)
  if (typeof chosen === 'object') return chosen.objectId
  const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : ''
  const named = found.slice(0, mostNamed).join(', ')
  return {
    kind: found.length > 1 ? 'ambiguous' : 'unmatched',
    reason:
      chosen === 'none'
        ? `the join file has no CleverTap ID for this ${join.left} that fits ${type}: ${named}${more}`
        : `the join file has several CleverTap IDs for this ${join.left}: ${named}${more}`,
  }
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
