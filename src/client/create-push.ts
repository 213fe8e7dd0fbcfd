import type { Row } from '../browser/row.ts'
import { createRows } from '../browser/rows.ts'
import { type PushError, readFailure } from './errors.ts'
import { type Options, resolveOptions } from './options.ts'
import type { Push } from './push.ts'
import { guessStatus, readStatus } from './read-status.ts'
import type { Client } from './reconcile.ts'
import { register } from './register.ts'
import type { Status } from './status.ts'
import { sync } from './sync.ts'
import { unregister } from './unregister.ts'
import { scopeOf } from './worker.ts'

const hourMs = 3_600_000

/**
 * Makes the client of one page. Does nothing else: no request, no storage, no listener, so that it may be called anywhere,
 * on a server too.
 *
 * @throws TypeError for an unknown option (the message lists the known ones), and for a relay that is not an absolute URL
 * @example
 * const push = createPush({ relay: 'https://push.example.com' })
 * push.sync()
 * button.onclick = () => push.register()
 */
export const createPush = (options: Options): Push => {
  const settings = resolveOptions(options)
  const client: Client = { ...settings, rows: createRows(() => scopeOf(settings)) }
  const listeners = new Set<(status: Status) => void>()
  let snapshot: Status | undefined
  /** The failure of the last verb. */
  let failure: PushError | undefined
  /** How many verbs are at work. */
  let running = 0
  /** The wait before this page's next try: grows by a random factor of 1 to 3 with each failure, up to an hour. */
  let backOffMs = 1000
  let timer: ReturnType<typeof setTimeout> | undefined

  const getSnapshot = (): Status => (snapshot ??= guessStatus())

  const publish = (now: Status): void => {
    if (JSON.stringify(now) === JSON.stringify(getSnapshot())) return
    snapshot = now
    // An exception of a listener becomes an unhandled rejection in the site, and does not fail the verb.
    for (const listener of listeners) (async () => listener(now))()
  }

  const status = async (): Promise<Status> => {
    const now = await readStatus(client, failure?.code)
    // While several verbs run, only the last one to finish publishes, so that listeners see no intermediate state.
    if (!running) publish(now)
    return now
  }

  const run = async (verb: (client: Client) => Promise<Row>): Promise<Status> => {
    let retryAt = 0
    let error: PushError | undefined
    running++
    try {
      retryAt = (await verb(client)).retryAt
    } catch (cause) {
      error = readFailure('worker-failed', cause)
    }
    failure = error
    // Adding the same listener again has no effect. A server has no `addEventListener`.
    globalThis.addEventListener?.('online', retry)
    globalThis.addEventListener?.('visibilitychange', retry)
    clearTimeout(timer)
    backOffMs = retryAt ? Math.min(backOffMs * (1 + 2 * Math.random()), hourMs) : 1000
    if (retryAt) timer = setTimeout(retry, Math.max(retryAt - Date.now(), backOffMs))
    running--
    const now = await status()
    settings.log(error ?? now)
    if (error) throw error
    return now
  }
  const retry = () => run(sync).catch(() => {})

  return {
    register: () => run(register),
    sync: () => run(sync),
    status,
    unregister: () => run(unregister),
    getSnapshot,
    onChange: (listener) => {
      getSnapshot()
      listeners.add(listener)
      status()
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
