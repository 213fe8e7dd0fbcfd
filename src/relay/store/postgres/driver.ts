import type pg from 'pg'
import { StoreError } from '../errors.ts'

/**
 * One statement. Without values it may hold several, separated by semicolons. `query_timeout`: how long the answer may take
 * before the connection is given up, in ms; else as the connection was told.
 */
export type PgQuery = pg.QueryConfig & { query_timeout?: number }

/** The rows of an answer. `Row` names the columns that the statement selects. */
export const rowsFrom = <Row>(result: pg.QueryResult | undefined): readonly Row[] => result?.rows ?? []

/** Loads pg, an optional package. The name is no literal, so that no bundler and no type package looks for it. */
export const loadPg = async (name = 'pg'): Promise<typeof pg> => {
  try {
    // pg is CommonJS: its exports are under `default`.
    return ((await import(name)) as { default: typeof pg }).default
  } catch (error) {
    throw new StoreError('no-driver', 'a store on PostgreSQL needs the package pg: npm install pg', error)
  }
}

/** PostgreSQL's number of the type bigint. */
const bigint = 20

/**
 * How all connections are made. Many statements are sent without waiting for each answer. Nothing is asked for at the
 * start of a connection that PgBouncer does not know. A server that has gone without a word is noticed by these times.
 * Whole numbers come as numbers: none of ours is over 2^53.
 */
export const settingsFor = (driver: typeof pg, url: string): pg.PoolConfig => ({
  connectionString: url,
  fallback_application_name: 'pushferry',
  pipeline: true,
  connectionTimeoutMillis: 5_000,
  query_timeout: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types: {
    getTypeParser: (type: number, format?: 'text' | 'binary') =>
      type === bigint ? Number : driver.types.getTypeParser(type, format),
  },
})
