import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './operations/log.ts'
import type { Store } from './store/port.ts'

/** Removes rejected records that are too old or too many. */
export interface Retention {
  start(): void
  /** Resolves once nothing of it runs. */
  stop(): Promise<void>
}

export interface RetentionParts {
  accounts: readonly { id: string }[]
  store: Pick<Store, 'discardRejected'>
  /** How long they are kept, in ms. */
  keepMs: number
  log: Pick<Log, 'info' | 'warn'>
  /** Wall clock, ms since the epoch. */
  now?: () => number
  /** Between one look and the next, in ms. */
  everyMs?: number
}

/** How many rejected records an account keeps. */
export const mostRejected = 100_000

/**
 * Looks once a minute. Several relays of one store may do the same at the same time; a row is removed and counted once. The next
 * run retries a failed one.
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
