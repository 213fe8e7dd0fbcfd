import type pg from 'pg'
import { StoreError } from '../errors.ts'

/**
 * One statement. Without values it may hold several, separated by semicolons. `query_timeout`: how long the answer may take
 * before the connection is given up, in ms; default: the setting of the connection.
 */
export type PgQuery = pg.QueryConfig & { query_timeout?: number }

/** The rows of an answer. `Row` names the columns that the statement selects. */
export const rowsFrom = <Row>(result: pg.QueryResult | undefined): readonly Row[] => result?.rows ?? []

/** Loads pg, an optional package. The name is not a literal, so that bundlers and type packages do not resolve it. */
export const loadPg = async (name = 'pg'): Promise<typeof pg> => {
  try {
    // pg is CommonJS: its exports are under `default`.
    return ((await import(name)) as { default: typeof pg }).default
  } catch (error) {
    throw new StoreError('no-driver', 'a store on PostgreSQL needs the package pg: npm install pg', error)
  }
}

/** PostgreSQL's OID of the type bigint. */
const bigint = 20

/**
 * The settings of all connections. Many statements are sent without waiting for each answer. The start parameters are only those that
 * PgBouncer knows. The timeouts detect a server that has disappeared. Whole numbers are read as numbers, because all are below 2^53.
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
