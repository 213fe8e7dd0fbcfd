import { loadSqlite } from '../relay/store/sqlite/driver.ts'
import type { TokenType } from '../wire/record.ts'
import { findColumn } from './columns.ts'
import { csvRecords } from './csv-records.ts'
import { readDialect } from './dialect.ts'
import { ImportError } from './error.ts'
import { formatOf } from './format.ts'
import { unguard } from './formula-guard.ts'
import type { Input } from './input.ts'

/** A second file that has the objectIds. */
export interface Join {
  /** The column of the import that is looked up. */
  left: string
  /** The distinct objectIds of a key. */
  find(key: string): readonly string[]
  close(): void
}

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
export const chooseObjectId = (objectIds: readonly string[], type: string): string | undefined => {
  const [only, second] = objectIds
  if (second === undefined) return only
  const fitting = objectIds.filter((one) =>
    Object.entries(prefixes).some(([t, p]) => t === type && p === prefixOf(one)),
  )
  return fitting.length === 1 ? fitting[0] : undefined
}

/**
 * Reads a join file (CSV) into a temporary database of SQLite's own, which lies in the folder for temporary files, is
 * readable by its owner only, has no name and is gone when it is closed. Memory does not grow with the file.
 *
 * @throws ImportError (`usage`) when it is no CSV, or when a column is missing.
 */
export const openJoin = async (input: Input, on: string): Promise<Join> => {
  const { left, right } = readOn(on)
  const fail = (why: string): ImportError => new ImportError('usage', `--join ${input.name}: ${why}`)
  if (formatOf(input.head.text, input.name) !== 'csv') throw fail('it must be CSV, with the names of its columns first')
  const map = new Map([['id', right] as const])
  const { header, delimiter, lineBreak, skip } = readDialect(input.head.text, map)
  const key = findColumn(header, 'id', map)
  const objectId = findColumn(header, 'objectId', new Map())
  if (key === undefined) throw fail(`there is no column ${right}, or several; name it with --on ${left}=COLUMN`)
  if (objectId === undefined) throw fail('no column is plainly the objectId, such as clevertap_id')
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync('')
  try {
    database.exec('PRAGMA cache_size=-32768; CREATE TABLE pairs (key TEXT NOT NULL, id TEXT NOT NULL); BEGIN')
    const insert = database.prepare('INSERT INTO pairs VALUES (?, ?)')
    let skipped = 0
    for await (const records of csvRecords(input.read(), { delimiter, lineBreak, isPlausible: () => true }))
      for (const { cells, broken } of records) {
        if (skipped++ < skip || broken) continue
        const pair = [key, objectId].map((column) => unguard(cells[column]?.trim() ?? ''))
        const [name = '', id = ''] = pair
        if (name !== '' && id !== '') insert.run(name, id)
      }
    database.exec('COMMIT; CREATE INDEX by_key ON pairs (key, id)')
  } catch (error) {
    database.close()
    throw error
  }
  const select = database.prepare('SELECT DISTINCT id FROM pairs WHERE key = ? LIMIT 10')
  return {
    left,
    // The column is TEXT NOT NULL.
    find: (value) => select.all(value).map((row) => (row as { id: string }).id),
    close: () => database.close(),
  }
}
