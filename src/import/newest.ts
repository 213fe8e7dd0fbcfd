import { canonicalToken } from '../wire/record.ts'
import { readRow } from './check-rows.ts'
import type { Plan } from './plan.ts'
import type { Row } from './row.ts'
import { type Tally, tallySkipped } from './tally.ts'
import { explainTemporary, openTemporaryDatabase } from './temporary-database.ts'

/** The reason when a row is skipped because the import has a newer token of its profile. */
export const olderToken = 'older token'

const batchRows = 2_000

/**
 * When a token was last used: a number, or a date that begins with its year; 0 when unknown. Spreadsheets rewrite dates, and in
 * `01.05.2026` day and month cannot be distinguished.
 */
const timeOf = (usedAt: unknown): number => {
  const digits = String(usedAt)
  const time = /^\d+$/.test(digits) ? Number(digits) : /^\d{4}-\d/.test(digits) ? Date.parse(digits) : 0
  return Number.isFinite(time) ? time : 0
}

interface Staged {
  used_at: number
  token: string
}

/** Names the temporary database in errors. */
const what = 'one token for each profile'

/** Rows by objectId in a temporary database. */
const openStage = async () => {
  const database = await openTemporaryDatabase(what)
  database.exec(`PRAGMA journal_mode=OFF;
    CREATE TABLE rows (id TEXT PRIMARY KEY, used_at REAL, token TEXT, value TEXT) WITHOUT ROWID; BEGIN`)
  const select = database.prepare('SELECT used_at, token FROM rows WHERE id = ?')
  const replace = database.prepare('INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?)')
  const page = database.prepare('SELECT id, value FROM rows WHERE id > ? ORDER BY id LIMIT ?')
  return {
    /** The outcome for a row. `same`: the same token once more. `older`: the older of this and the stored token is dropped. */
    add: (id: string, token: string, usedAt: number, value: unknown): 'first' | 'same' | 'older' => {
      // The columns of the table above.
      const found = select.get(id) as Staged | undefined
      if (!found || usedAt >= found.used_at) replace.run(id, usedAt, token, JSON.stringify(value))
      if (!found) return 'first'
      return found.token === token ? 'same' : 'older'
    },
    *all(): Generator<Row[]> {
      for (let after = ''; ; ) {
        const found = page.all(after, batchRows) as { id: string; value: string }[]
        if (found.length > 0) yield found.map(({ value }) => ({ line: 0, value: JSON.parse(value), source: '' }))
        after = found.at(-1)?.id ?? ''
        if (found.length < batchRows) return
      }
    },
    close: () => database.close(),
  }
}

/**
 * Reduces vendors' exports to one row per profile, because they often have several devices of one profile. Keeps the token that
 * was used last, or the last row if the export has no times, and counts the others as `older token`. Yields the rows after all
 * inputs are read, because a later row may be newer, and CleverTap keeps the token that it gets first.
 *
 * Does not change other inputs. There the first of several rows with one objectId counts, or with `--replace` the last.
 */
export const keepNewest = (plans: readonly Plan[], tally: Tally): Plan[] => {
  const last = plans.findLast(({ vendor }) => vendor !== undefined)
  let stage: Awaited<ReturnType<typeof openStage>> | undefined
  let waiting = 0
  /** Subtracts rows from `read`: yielded rows are counted again when they are put; rows that are never yielded do not count. */
  const uncount = (rows: number): void => {
    waiting -= rows
    tally.read -= rows
  }
  const close = (): void => {
    uncount(waiting)
    stage?.close()
    stage = undefined
  }
  return plans.map((plan) =>
    plan.vendor === undefined
      ? plan
      : {
          ...plan,
          rows: async function* (onBytes) {
            let isDone = false
            try {
              stage ??= await openStage()
              for await (const rows of plan.rows(onBytes)) {
                const others: Row[] = []
                for (const row of rows) {
                  const read = readRow(row)
                  if (!read.ok) {
                    others.push(row)
                    continue
                  }
                  const { objectId, token } = read.row
                  const became = stage.add(objectId, canonicalToken(token), timeOf(row.usedAt), row.value)
                  tally.read++
                  if (became === 'first') waiting++
                  else if (became === 'same') tally.unchanged++
                  else tallySkipped(tally, olderToken)
                }
                yield others
              }
              if (plan !== last) {
                isDone = true
                return
              }
              for (const rows of stage.all()) {
                uncount(rows.length)
                yield rows
              }
            } catch (error) {
              throw explainTemporary(what, error)
            } finally {
              if (!isDone) close()
            }
          },
        },
  )
}
