// Where the relays keep their rows, and how that is taken away from them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startPostgres } from '../postgres-server.mjs'

const onSqlite = () => {
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-kill-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return { url: `sqlite:${join(folder, 'outbox.db')}`, outage: undefined, end: async () => {} }
}

const onPostgres = async () => {
  const server = await startPostgres()
  // In order first, then as in a crash.
  const signals = ['INT', 'QUIT']
  return {
    url: `postgres://postgres@127.0.0.1:${server.port}/postgres`,
    /** Stops the server for about a second. Settles when it is there again. */
    outage: async () => {
      await server.stop(signals.shift())
      await pause(1000)
      await server.start()
    },
    end: server.end,
  }
}

/** `outage` is undefined where there is nothing to stop. */
export const openOutbox = (store) => (store === 'sqlite' ? onSqlite() : onPostgres())
