// Runs the built relay on a new PostgreSQL with default settings, on the same cores.
import { startPostgres } from '../tools/postgres-server.mjs'
import { serveRelay } from './support/serve-relay.mjs'

const { port, end } = await startPostgres()
await serveRelay(`postgres://postgres@127.0.0.1:${port}/postgres`, end)
