import { columnsOf, type RowColumns, rowOf } from '../rules/columns.ts'
import type { Key, Rows } from '../rules/operation.ts'
import type { Row } from '../rules/row.ts'
import { createDelta, type Delta, minuteOf, minutesKeptMs, type TallyName } from '../rules/tally.ts'
import type { SqlRow, SqlValue } from './driver.ts'
import type { Inbox } from './inbox.ts'
import { type Statements, writtenColumns } from './statements.ts'

/** The parts that an operation uses inside a write transaction. */
export interface Work extends Rows {
  sql: Statements
  /** The pending records. */
  inbox: Inbox
}

/** Begins the `Work` of a transaction. `finish` writes its appended records and counts; call it before the commit. */
export type BeginWork = (sql: Statements) => { work: Work; finish(): void }

/** Writes a transaction's counts, and deletes old minutes. */
const writeNumbers = (sql: Statements, delta: Delta, at: number): void => {
  const minute = minuteOf(at)
  for (const { account, name, by } of delta.entries()) {
    sql.addToTally.run(account, name, by)
    if (!name.startsWith('event:')) continue
    sql.addToMinute.run(account, minute, name.slice('event:'.length), by)
    sql.forgetMinutes.run(account, minute - minutesKeptMs)
  }
}

/** A count, including the changes of this transaction. */
const countOf = (sql: Statements, delta: Delta, account: number, name: TallyName): number =>
  Number((sql.readNumber.get(account, name) as SqlRow | undefined)?.n ?? 0) + delta.of(account, name)

/** An account's number; an unknown account has a number without rows. */
export const findAccount = (sql: Statements, name: string): number => {
  const row = sql.findAccount.get(name) as SqlRow | undefined
  return row ? Number(row.id) : -1
}
/** Makes a `findAccount` for a write transaction, which adds unknown accounts. */
const createAccounts = (sql: Statements): ((name: string) => number) => {
  const met = new Map<string, number>()
  return (name) => {
    const known = met.get(name)
    if (known !== undefined) return known
    sql.addAccount.run(name)
    const number = findAccount(sql, name)
    met.set(name, number)
    return number
  }
}

export const findRow = (sql: Statements, { account, objectId }: Key): Row | undefined => {
  // The statement selects a whole row.
  const row = sql.findToken.get(account, objectId) as RowColumns | undefined
  return row && rowOf(row)
}

/** The values of `saveToken`. */
const valuesOf = (key: Key, row: Row): SqlValue[] => {
  const columns = { ...columnsOf(key, row), fingerprint: Buffer.from(row.fingerprint, 'hex') }
  return writtenColumns.map((name) => {
    const value = columns[name]
    return typeof value === 'boolean' ? Number(value) : value
  })
}

export const createBeginWork =
  (inbox: Inbox, now: () => number): BeginWork =>
  (sql) => {
    const at = now()
    const delta = createDelta()
    const before = Number((sql.readSequence.get() as SqlRow).n)
    let sequence = before
    const nextSequence = (): number => ++sequence
    inbox.begin(sql)
    return {
      work: {
        find: (key) => findRow(sql, key),
        save: (key, row) => sql.saveToken.run(...valuesOf(key, row)),
        erase: ({ account, objectId }) => sql.eraseToken.run(account, objectId),
        // The statement selects the members of a key.
        evictable: (account) => sql.oldestDeferred.all(account) as Key[],
        sql,
        delta,
        inbox,
        now: at,
        nextSequence,
        account: createAccounts(sql),
        queued: (account, pool) =>
          countOf(sql, delta, account, `state:queued:${pool}`) +
          (pool === 'live' ? countOf(sql, delta, account, 'pending') : 0),
      },
      finish: () => {
        inbox.finish(sql, nextSequence)
        if (sequence !== before) sql.writeSequence.run(sequence)
        writeNumbers(sql, delta, at)
      },
    }
  }
