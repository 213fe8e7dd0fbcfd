// The store of the relays, and how the test interrupts it.
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
  // The first outage is a clean stop, the second one a crash.
  const signals = ['INT', 'QUIT']
  return {
    url: `postgres://postgres@127.0.0.1:${server.port}/postgres`,
    /** Stops the server for about a second. Settles when it answers again. */
    outage: async () => {
      await server.stop(signals.shift())
      await pause(1000)
      await server.start()
    },
    end: server.end,
  }
}

/** `outage` is undefined for a store without a server. */
export const openOutbox = (store) => (store === 'sqlite' ? onSqlite() : onPostgres())
