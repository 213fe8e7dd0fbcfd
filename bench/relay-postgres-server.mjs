// The built relay on a PostgreSQL of its own, with the settings that PostgreSQL has by itself. It runs on the same cores.
import { startPostgres } from '../tools/postgres-server.mjs'
import { serveRelay } from './support/serve-relay.mjs'

const { port, end } = await startPostgres()
await serveRelay(`postgres://postgres@127.0.0.1:${port}/postgres`, end)
