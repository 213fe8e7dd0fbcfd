import { onTestFinished } from 'vitest'
import { openStore } from '../../src/relay/store/open.ts'
import type { NewEntry, Outcome, Store } from '../../src/relay/store/port.ts'
import { memoryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'

export const account = 'TEST-ACC-1'

/**
 * A separate SQLite store for one test, and a function that runs command lines on it.
 *
 * @param now the clock of the store, for the times of its records.
 */
export const startStore = async (now = Date.now) => {
  const folder = memoryFolder()
  const path = folder.file('relay.db')
  const store = await openStore({ kind: 'sqlite', path }, { maxQueued: 1_000_000, now })
  onTestFinished(async () => {
    await store.close()
    folder.remove()
  })
  const env = { CLEVERTAP_ACCOUNT_ID: account, PUSHFERRY_STORE: `sqlite:${path}` }
  return {
    store,
    path,
    run: (argv: readonly string[], more: Record<string, string> = {}) => runCli(argv, { env: { ...env, ...more } }),
  }
}

/** Stores a record and completes it with an outcome. */
export const complete = async (
  store: Store,
  objectId: string,
  outcome: Outcome,
  sender: NewEntry['sender'] = 'trusted',
): Promise<void> => {
  await store.put([
    {
      account,
      objectId,
      token: { type: 'fcm', id: `token-of-${objectId}` },
      priority: 'live',
      sender,
      replaceLive: true,
      warnings: [],
    },
  ])
  await store.join('uploader', '{}')
  const leased = await store.lease({ account, holder: 'uploader', max: 1, flushMs: 0 })
  if ('waitMs' in leased) throw new Error('nothing was leased')
  const completions = leased.entries.map(({ generation, objectId: leasedId }) => ({
    account,
    objectId: leasedId,
    generation,
    outcome,
  }))
  await store.complete('uploader', completions)
  await store.leave('uploader')
}

/** The outcome of a record that CleverTap refuses. */
export const refused = (code: number, message = 'why'): Outcome => ({ kind: 'rejected', error: { code, message } })
