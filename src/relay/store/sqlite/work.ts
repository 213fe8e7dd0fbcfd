import { rowOf } from '../rules/columns.ts'
import type { Key, Rows } from '../rules/rows.ts'
import { createDelta, type Delta, minuteOf, minutesKeptMs, type TallyName } from '../rules/tally.ts'
import type { SqlRow } from './driver.ts'
import { Inbox, type InboxView } from './inbox.ts'
import { type TokenRow, valuesOf } from './row.ts'
import type { Statements } from './statements.ts'

/** What an operation works with inside a write transaction. */
export interface Work extends Rows {
  sql: Statements
  /** Records that are accepted and not applied yet. */
  inbox: InboxView
  /** An account's number; the account is made known if it is new. */
  account(name: string): number
  /** A kept number, with what this transaction has added to it. */
  count(account: number, name: TallyName): number
}

/** What an operation reads with, outside a write transaction. */
export interface Reading {
  sql: Statements
  inbox: Pick<InboxView, 'size' | 'count' | 'pending'>
  /** An account's number; one that is not known has a number without rows. */
  account(name: string): number
}

/** A transaction's work. `finish` writes what it has gathered, before the commit; `keep` is for behind it. */
interface Begun {
  work: Work
  finish(): void
  keep(): void
}

/** Makes the work of one transaction after the other, and remembers what is known between them. */
export interface Works {
  /** For a write transaction that has just begun. */
  begin(sql: Statements): Begun
  /** For a snapshot that has just begun. */
  reading(sql: Statements): Reading
  inbox: Pick<Inbox, 'size' | 'isMerging' | 'newest' | 'first'>
}

/** Gives what writes a transaction's numbers, and once a minute takes away minutes that are too old. */
const createNumberWriter = (): ((sql: Statements, delta: Delta, at: number) => void) => {
  let pruned = 0
  return (sql, delta, at) => {
    const minute = minuteOf(at)
    let hasPruned = false
    for (const { account, name, by } of delta.entries()) {
      sql.addToTally.run(account, name, by)
      if (!name.startsWith('event:')) continue
      sql.addToMinute.run(account, minute, name.slice('event:'.length), by)
      if (minute === pruned) continue
      sql.forgetMinutes.run(account, minute - minutesKeptMs)
      hasPruned = true
    }
    if (hasPruned) pruned = minute
  }
}

/** Gives the kept numbers as a transaction sees them, each read once. */
const createCount = (sql: Statements, delta: Delta): Work['count'] => {
  const kept = new Map<string, number>()
  return (account, name) => {
    const key = `${account} ${name}`
    const before = kept.get(key) ?? Number((sql.readNumber.get(account, name) as SqlRow | undefined)?.n ?? 0)
    kept.set(key, before)
    return before + delta.of(account, name)
  }
}

type TableRows = Pick<Rows, 'find' | 'save' | 'erase' | 'evictable'>
const rowsOf = (sql: Statements): TableRows => ({
  find: ({ account, objectId }) => {
    // The statement selects the columns that TokenRow names.
    const row = sql.findToken.get(account, objectId) as TokenRow | undefined
    return row && rowOf(row)
  },
  save: (key, row) => sql.saveToken.run(...valuesOf(key, row)),
  erase: ({ account, objectId }) => sql.eraseToken.run(account, objectId),
  // The statement selects the members of a key.
  evictable: (account) => sql.oldestDeferred.all(account) as Key[],
})

export const createWorks = (now: () => number): Works => {
  const inbox = new Inbox()
  const writeNumbers = createNumberWriter()
  /** Numbers of accounts that have been committed, so that a rollback cannot leave a number behind that is not there. */
  const accounts = new Map<string, number>()
  const findAccount = (sql: Statements, name: string): number | undefined => {
    const row = sql.findAccount.get(name) as SqlRow | undefined
    return row && Number(row.id)
  }

  return {
    inbox,
    begin: (sql) => {
      const at = now()
      const delta = createDelta()
      const view = inbox.begin(sql)
      const before = Number((sql.readSequence.get() as SqlRow).n)
      let sequence = before
      const met = new Map<string, number>()
      const count = createCount(sql, delta)
      return {
        work: {
          ...rowsOf(sql),
          sql,
          delta,
          inbox: view,
          now: at,
          nextSequence: () => ++sequence,
          account: (name) => {
            const known = accounts.get(name) ?? met.get(name)
            if (known !== undefined) return known
            sql.addAccount.run(name)
            const number = findAccount(sql, name) ?? -1
            met.set(name, number)
            return number
          },
          count,
          queued: (account, pool) => count(account, `state:queued:${pool}`),
        },
        finish: () => {
          view.finish()
          if (sequence !== before) sql.writeSequence.run(sequence)
          writeNumbers(sql, delta, at)
        },
        keep: () => {
          for (const [name, number] of met) accounts.set(name, number)
          view.keep()
        },
      }
    },
    reading: (sql) => ({
      sql,
      inbox: inbox.begin(sql),
      account: (name) => accounts.get(name) ?? findAccount(sql, name) ?? -1,
    }),
  }
}
