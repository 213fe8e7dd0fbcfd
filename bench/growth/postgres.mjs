// A PostgreSQL outbox with `rows` accepted rows, on a separate server; see sqlite.mjs.
import pg from 'pg'
import { openPostgresStore } from '../../dist/relay/store/postgres/store.js'
import { startPostgres } from '../../tools/postgres-server.mjs'

const account = 'BENCH'
const atOnce = 250_000
const fill = `
  INSERT INTO pushferry.settled (received_at, settled_at, account, attempts, state, priority, keyed, object_id, type, fingerprint)
  SELECT $1, $1, (SELECT id FROM pushferry.account), 1, 3, 0, false, '__' || replace(gen_random_uuid()::text, '-', ''),
    'fcm', sha256(gen_random_uuid()::text::bytea)
  FROM generate_series(1, $2)`

let server
let databases = 0

/** Makes a database with `rows` rows. All databases share one server, with nearly default settings. */
export const fillPostgres = async (rows) => {
  server ??= await startPostgres(['-c', 'shared_buffers=1GB', '-c', 'max_wal_size=8GB'])
  const base = `postgres://postgres@127.0.0.1:${server.port}`
  const admin = new pg.Client(`${base}/postgres`)
  await admin.connect()
  const copy = async (name, from) => {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`)
    return `${base}/${name}`
  }
  const filled = `filled_${++databases}`
  const url = await copy(filled, 'template1')
  const store = await openPostgresStore(url)
  await store.count(account, 'queued', 1) // makes the account known
  await store.close()
  const client = new pg.Client(url)
  await client.connect()
  for (let done = 0; done < rows; done += atOnce) await client.query(fill, [Date.now(), Math.min(atOnce, rows - done)])
  await client.query(
    'INSERT INTO pushferry.tally (account, name, shard, n) SELECT id, $1, 0, $2 FROM pushferry.account',
    ['state:accepted:live', rows],
  )
  await client.query('VACUUM ANALYZE pushferry.settled')
  await client.query('CHECKPOINT')
  const { rows: sizes } = await client.query(`
    SELECT pg_table_size('pushferry.settled')::float8 AS row, pg_relation_size('pushferry.settled_pkey')::float8 AS "byProfile"`)
  await client.end()
  return {
    name: 'PostgreSQL',
    rows,
    open: () => (rows > 1_000_000 ? url : copy('growth_copy', filled)),
    bytesPerRow: Object.fromEntries(Object.entries(sizes[0]).map(([name, bytes]) => [name, Math.round(bytes / rows)])),
    end: async () => {
      await admin.end()
      if (--databases === 0) await server.end()
    },
  }
}
