import { StoreError } from '../errors.ts'

/** One statement. Without values it may hold several, separated by semicolons. */
export interface PgQuery {
  text: string
  values?: readonly unknown[]
  /** How long the answer may take before the connection is given up, in ms; else as the connection was told. */
  query_timeout?: number
}
export interface PgResult {
  command: string
  rowCount: number | null
  rows: readonly unknown[]
}

/** The parts of pg's pools that we use; a test proves that pg's own still fit. */
export interface PgPoolClient {
  query(query: PgQuery): Promise<PgResult>
  /** With true the connection is closed and not used again. */
  release(destroy?: boolean): void
  /** Where it can be had: what is written while the stream is corked goes out at once. */
  connection?: { stream?: { cork(): void; uncork(): void } }
}
export interface PgPool {
  connect(): Promise<PgPoolClient>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'connect', listener: (client: { on(event: 'error', listener: () => void): unknown }) => void): unknown
  end(): Promise<void>
}
export interface PgSettings {
  connectionString: string
  fallback_application_name: string
  pipeline: boolean
  connectionTimeoutMillis: number
  query_timeout: number
  keepAlive: boolean
  keepAliveInitialDelayMillis: number
  types: { getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown }
  max?: number
  idleTimeoutMillis?: number
}
export interface PgDriver {
  Pool: new (settings: PgSettings) => PgPool
  types: { getTypeParser(type: number, format?: 'text' | 'binary'): (value: string) => unknown }
}

/** The rows of an answer. `Row` names the columns that the statement selects. */
export const rowsFrom = <Row>(result: PgResult | undefined): readonly Row[] => (result?.rows ?? []) as readonly Row[]

/** Loads pg, an optional package. The name is no literal, so that no bundler and no type package looks for it. */
export const loadPg = async (name = 'pg'): Promise<PgDriver> => {
  try {
    // pg is CommonJS: its exports are under `default`. Its shape is checked in test/relay/store.
    return ((await import(name)) as { default: PgDriver }).default
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
export const settingsFor = (driver: PgDriver, url: string): PgSettings => ({
  connectionString: url,
  fallback_application_name: 'pushferry',
  pipeline: true,
  connectionTimeoutMillis: 5_000,
  query_timeout: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types: {
    getTypeParser: (type, format) => (type === bigint ? Number : driver.types.getTypeParser(type, format)),
  },
})
