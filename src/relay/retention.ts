import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './operations/log.ts'
import type { Store } from './store/port.ts'

/** Removes rejected records that are too old or too many. */
export interface Retention {
  start(): void
  /** Resolves when the current run has ended. */
  stop(): Promise<void>
}

export interface RetentionParts {
  accounts: readonly { id: string }[]
  store: Pick<Store, 'discardRejected'>
  /** How long rejected records are kept, in ms. */
  keepMs: number
  log: Pick<Log, 'info' | 'warn'>
  /** Wall clock, ms since the epoch. */
  now?: () => number
  /** Interval between runs, in ms. */
  everyMs?: number
}

/** Largest number of rejected records that an account keeps. */
export const mostRejected = 100_000

/**
 * Makes the retention, which runs once a minute. Relays of one store may run it at the same time: each row is removed and counted
 * once. When a run fails, the next one retries.
 */
export const createRetention = ({
  accounts,
  store,
  keepMs,
  log,
  now = Date.now,
  everyMs = 60_000,
}: RetentionParts): Retention => {
  const stopped = new AbortController()
  let running: Promise<void> = Promise.resolve()

  const discard = async (account: string): Promise<void> => {
    let discarded = 0
    for (;;) {
      const some = await store.discardRejected(account, { before: now() - keepMs, most: mostRejected })
      discarded += some
      if (some === 0 || stopped.signal.aborted) break
    }
    if (discarded > 0) log.info('rejected records are discarded', { account, records: discarded })
  }
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      for (const { id } of accounts)
        await discard(id).catch((error: unknown) => {
          if (!stopped.signal.aborted) log.warn('rejected records cannot be discarded', { account: id, error })
        })
      await delay(everyMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {})
    }
  }
  return {
    start: () => {
      running = run()
    },
    stop: () => {
      stopped.abort()
      return running
    },
  }
}
