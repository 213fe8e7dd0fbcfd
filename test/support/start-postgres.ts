import { type PostgresServer, startPostgres as start } from '../../tools/postgres-server.mjs'
import { memoryParent } from './temporary-folder.ts'

export type { PostgresServer }

/** What the files of a server may take while its tests run. */
const neededBytes = 2_000_000_000

/** Starts a PostgreSQL server. Tests may stop it, but they do not stop the machine, so it need not wait for the disk. */
export const startPostgres = (): Promise<PostgresServer> => start(['-c', 'fsync=off'], memoryParent(neededBytes))
