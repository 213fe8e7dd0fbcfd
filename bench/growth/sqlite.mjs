// A SQLite outbox with `rows` accepted rows. SQL writes them as the relay would have, but without an fsync, so that ten million take
// minutes and not an hour. The indexes exist while the rows are inserted and the ids are random, so that their pages are as full and as
// scattered as after real use.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSqlite } from '../../dist/relay/store/sqlite/driver.js'
import { openSqliteStore } from '../../dist/relay/store/sqlite/store.js'

const account = 'BENCH'
const atOnce = 100_000
const fill = `
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
  INSERT INTO token (account, object_id, type, state, priority, seq, generation, keyed, attempts, deferrals, failures,
    received_at, ready_at, due_at, settled_at, fingerprint)
  SELECT 1, '__' || lower(hex(randomblob(16))), 'fcm', 3, 0, ?1 + i, ?1 + i, 0, 1, 0, 0, ?3, ?3, 0, ?3, randomblob(32)
  FROM n`

/** Makes a store with `rows` rows. */
export const fillSqlite = async (rows) => {
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-growth-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'filled.db')
  const store = await openSqliteStore(file)
  await store.count(account, 'queued', 1) // makes the account known, under the number 1
  await store.close()
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(file)
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000; BEGIN')
  const some = database.prepare(fill)
  for (let done = 0; done < rows; done += atOnce) some.run(done, Math.min(atOnce, rows - done), Date.now())
  database.exec(`UPDATE single SET n = ${rows} WHERE name = 'sequence'`)
  database.exec(`INSERT INTO tally (account, name, n) VALUES (1, 'state:accepted:live', ${rows})`)
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  const sizes = database.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name').all()
  const bytes = (name) => Math.round((sizes.find((one) => one.name === name)?.bytes ?? 0) / rows)
  const bytesPerRow = { row: bytes('token'), byProfile: bytes('token_person') }
  database.close()
  return {
    name: 'SQLite',
    rows,
    /** Small stores are copied for each run, so that they keep their size. */
    open: () => {
      if (rows > 1_000_000) return `sqlite:${file}`
      const copy = join(folder, 'copy.db')
      for (const end of ['', '-wal', '-shm']) rmSync(copy + end, { force: true })
      copyFileSync(file, copy)
      return `sqlite:${copy}`
    },
    bytesPerRow,
    end: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
