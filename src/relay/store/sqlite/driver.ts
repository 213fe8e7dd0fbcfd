import { StoreError } from '../errors.ts'

/** The values of parameters and results. */
export type SqlValue = null | number | string | Uint8Array
export type SqlRow = Readonly<Record<string, SqlValue>>

/** The part of node:sqlite's API that we use; @photostructure/sqlite has the same. */
export interface SqlStatement {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  get(...values: SqlValue[]): unknown
  all(...values: SqlValue[]): unknown[]
}
export interface SqlDatabase {
  exec(sql: string): void
  prepare(sql: string): SqlStatement
  close(): void
}
export type SqlDriver = { DatabaseSync: new (file: string) => SqlDatabase }

/** Hides Node 22's warning that its SQLite is experimental; other warnings are shown. */
const withoutExperimentalNote = async <T>(load: () => Promise<T>): Promise<T> => {
  const emit = process.emitWarning
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite is an experimental')) Reflect.apply(emit, process, [warning, ...rest])
  }
  try {
    return await load()
  } finally {
    process.emitWarning = emit
  }
}

/** Whether a driver binds values to numbered parameters. Node's own does from 22.20 and 24.8 on, or a little earlier. */
const bindsNumbers = ({ DatabaseSync }: SqlDriver): boolean => {
  const database = new DatabaseSync(':memory:')
  try {
    return database.prepare('SELECT ?1').get(1) !== undefined
  } catch {
    return false
  } finally {
    database.close()
  }
}

/**
 * Loads SQLite: Node's own if it is new enough, else the package with the same API and a prebuilt binary. The names are not literals,
 * so that bundlers and type packages do not resolve them.
 */
export const loadSqlite = async (): Promise<SqlDriver> => {
  const names = ['node:sqlite', '@photostructure/sqlite']
  let failure: unknown
  for (const name of names) {
    try {
      // Both modules export DatabaseSync with the members that SqlDatabase names.
      const driver = (await withoutExperimentalNote(() => import(name))) as SqlDriver
      if (bindsNumbers(driver)) return driver
    } catch (error) {
      failure = error
    }
  }
  throw new StoreError(
    'no-driver',
    'this Node has no SQLite, or one that is too old: install the package @photostructure/sqlite, or use Node 22.20, 24.8 or newer',
    failure,
  )
}
