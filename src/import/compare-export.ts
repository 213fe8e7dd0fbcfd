import type { AcceptedRow, Store } from '../relay/store/port.ts'
import { fingerprintOf } from '../relay/store/rules/decide.ts'
import type { SqlDatabase } from '../relay/store/sqlite/driver.ts'
import { isPlaceholder } from '../wire/placeholder.ts'
import type { TokenType } from '../wire/record.ts'
import { ImportError } from './error.ts'
import type { Input } from './input.ts'
import { isLossy, stringOf } from './members.ts'
import { isExported, objectIdsOf, tokensOf } from './profile-ids.ts'
import { openRecordFile, type RecordsRead } from './read-records.ts'
import { explainTemporary, openTemporaryDatabase } from './temporary-database.ts'

/** The verdicts of an export on an accepted row. */
export const verdicts = ['seen', 'other', 'notSeen'] as const
export type Verdict = (typeof verdicts)[number]

export interface Comparison {
  files: readonly RecordsRead[]
  /** Number of tokens in the export. */
  tokens: number
  counts: Readonly<Record<Verdict, ReadonlyMap<TokenType, number>>>
  /** The rows that were not seen or have another token, page by page. */
  unseen(): Iterable<readonly { objectId: string; type: TokenType; verdict: Exclude<Verdict, 'seen'> }[]>
  close(): void
}

const pageRows = 1_000

/*
 * The table `shown` has the token that the export shows for a profile (null: none), once for each of its CleverTap IDs. For a
 * profile with several devices an export shows only one token, so a row counts as `other` only if no row of the profile has
 * that token.
 */
const schema = `
CREATE TABLE shown (id TEXT NOT NULL, profile INTEGER NOT NULL, token TEXT);
CREATE TABLE matched (profile INTEGER PRIMARY KEY);
CREATE TABLE unseen (n INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, profile INTEGER);
CREATE VIEW verdict AS SELECT n, id, type,
  CASE WHEN profile IS NULL OR profile IN (SELECT profile FROM matched) THEN 'notSeen' ELSE 'other' END AS verdict FROM unseen;
`

const readExport = async (
  input: Input,
  insert: (id: string, token: string | null, isNewProfile: boolean) => void,
): Promise<RecordsRead & { tokens: number }> => {
  const fail = (why: string): ImportError => new ImportError('usage', `--export ${input.name}: ${why}`)
  const { records, read } = openRecordFile(input, 'clevertapId', fail)
  let profiles = 0
  let tokens = 0
  for await (const found of records)
    for (const { line, members } of found) {
      if (!isExported(members)) continue
      profiles++
      const shown = tokensOf(members)
      tokens += shown.length
      let isNew = true
      for (const one of objectIdsOf(members)) {
        if (isLossy(one)) throw fail(`line ${line}: a CleverTap ID is a number that is not exact in JSON`)
        const id = stringOf(one)
        if (id === '' || isPlaceholder(id)) continue
        for (const token of shown.length === 0 ? [null] : shown) {
          insert(id, token, isNew)
          isNew = false
        }
      }
    }
  if (read.records === 0) throw fail('it has no profiles')
  if (profiles === 0)
    throw fail(
      'it is not a CleverTap Profile Export with CleverTap IDs: choose them among the user identifiers of the export',
    )
  return { ...read, tokens }
}

/**
 * The verdict on one row by the tokens that the export shows for its objectId; undefined when none can be compared. `other`
 * becomes `notSeen` if another row of the profile matches.
 */
const judge = (
  { type, fingerprint: held }: AcceptedRow,
  shown: readonly { profile: number; token: string | null }[],
): { verdict: 'seen' | 'other'; profile: number } | undefined => {
  const match = shown.find(({ token }) => token !== null && fingerprintOf({ token: { type, id: token } }) === held)
  if (match) return { verdict: 'seen', profile: match.profile }
  // The fingerprint of a web token includes its keys, which no export has, so the token cannot be compared. Comparing ids alone
  // would need the id, or a second fingerprint, in every accepted row.
  const another = type === 'chrome' ? undefined : shown.find(({ token }) => token !== null)
  return another && { verdict: 'other', profile: another.profile }
}

const walk = async (database: SqlDatabase, store: Pick<Store, 'accepted'>, account: string) => {
  const find = database.prepare('SELECT DISTINCT profile, token FROM shown WHERE id = ?')
  const match = database.prepare('INSERT OR IGNORE INTO matched VALUES (?)')
  const addUnseen = database.prepare('INSERT INTO unseen (id, type, profile) VALUES (?, ?, ?)')
  const seen = new Map<TokenType, number>()
  for (let after: string | undefined; ; ) {
    const page = await store.accepted(account, { limit: pageRows, ...(after === undefined ? {} : { after }) })
    for (const row of page) {
      // The statement selects these columns.
      const judged = judge(row, find.all(row.objectId) as { profile: number; token: string | null }[])
      if (judged?.verdict === 'seen') {
        seen.set(row.type, (seen.get(row.type) ?? 0) + 1)
        match.run(judged.profile)
      } else addUnseen.run(row.objectId, row.type, judged?.profile ?? null)
    }
    after = page.at(-1)?.objectId
    if (page.length < pageRows) return seen
  }
}

/**
 * Compares the rows that CleverTap accepted with a CleverTap Profile Export. Reads both once. Keeps the export's tokens in a
 * temporary database, so that memory does not grow.
 *
 * @throws ImportError (`usage`) when a file is not such an export; (`failed`) when it can no longer be read.
 */
export const compareExport = async (
  inputs: readonly Input[],
  store: Pick<Store, 'accepted'>,
  account: string,
): Promise<Comparison> => {
  const database = await openTemporaryDatabase('--export')
  try {
    database.exec(`${schema} BEGIN`)
    const insert = database.prepare('INSERT INTO shown VALUES (?, ?, ?)')
    const files: RecordsRead[] = []
    let profile = 0
    let tokens = 0
    for (const input of inputs) {
      const read = await readExport(input, (id, token, isNew) => {
        if (isNew) profile++
        insert.run(id, profile, token)
      })
      tokens += read.tokens
      files.push(read)
    }
    database.exec('CREATE INDEX shown_by_id ON shown (id, profile, token)')
    const seen = await walk(database, store, account)
    database.exec('COMMIT')
    const count = database.prepare(
      'SELECT type, count(*) AS n FROM verdict WHERE verdict = ? GROUP BY type ORDER BY type',
    )
    const countsOf = (verdict: Verdict): Map<TokenType, number> =>
      new Map((count.all(verdict) as { type: TokenType; n: number }[]).map(({ type, n }) => [type, n]))
    const page = database.prepare(
      `SELECT n, id AS objectId, type, verdict FROM verdict WHERE n > ? ORDER BY n LIMIT ${pageRows}`,
    )
    type UnseenRow = { n: number; objectId: string; type: TokenType; verdict: 'other' | 'notSeen' }
    return {
      files,
      tokens,
      counts: { seen, other: countsOf('other'), notSeen: countsOf('notSeen') },
      unseen: function* () {
        for (let after = 0; ; ) {
          const rows = page.all(after) as UnseenRow[]
          if (rows.length === 0) return
          yield rows.map(({ objectId, type, verdict }) => ({ objectId, type, verdict }))
          after = rows.at(-1)?.n ?? after
        }
      },
      close: () => database.close(),
    }
  } catch (error) {
    database.close()
    throw explainTemporary('--export', error)
  }
}
