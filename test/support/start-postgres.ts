import { type PostgresServer, startPostgres as start } from '../../tools/postgres-server.mjs'
import { memoryParent } from './temporary-folder.ts'

export type { PostgresServer }

/** Space that the server's files may need while its tests run. */
const neededBytes = 2_000_000_000

/** Starts a PostgreSQL server without fsync: tests may stop the server, but not the machine. */
export const startPostgres = (): Promise<PostgresServer> => start(['-c', 'fsync=off'], memoryParent(neededBytes))
