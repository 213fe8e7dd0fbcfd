import { randomUUID } from 'node:crypto'
import { type ClevertapClient, createClevertapClient } from './clevertap/client.ts'
import { readAnswer } from './clevertap/outcome.ts'
import { sampleRecord } from './clevertap/sample-record.ts'
import type { AccountConfig } from './config/types.ts'
import type { Log } from './operations/log.ts'
import { explainHealth, type HealthCause } from './operations/status/health-cause.ts'
import { waitingIn } from './operations/status/samples.ts'
import type { Store } from './store/port.ts'

export interface CredentialsCheckParts {
  accounts: readonly AccountConfig[]
  store: Pick<Store, 'counts' | 'join' | 'takeSlots' | 'leave'>
  log: Pick<Log, 'info' | 'warn'>
  open?: (account: AccountConfig) => Pick<ClevertapClient, 'upload' | 'close'>
  now?: () => number
}

export interface CredentialsCheck {
  /** Resolves when CleverTap has answered, or failed to answer, for every account. Never rejects. */
  ask(): Promise<void>
  /** Aborts running dry runs. Resolves when their slots are given back. */
  stop(): Promise<void>
}

/** Timeout for the dry run, in ms. It is well within the lease time, because the dry run holds a slot. */
const patienceMs = 5_000

const openClient = ({ id, passcode, proxy, apiOrigin, uploadTimeoutMs }: AccountConfig): ClevertapClient =>
  createClevertapClient({
    url: apiOrigin,
    accountId: id,
    passcode,
    proxy,
    timeoutMs: Math.min(uploadTimeoutMs, patienceMs),
    connections: 1,
  })

/**
 * Sends CleverTap one dry run (`dryRun=1`) per account when the relay starts, and logs a warning when CleverTap refuses the
 * credentials or does not answer. Skips accounts with queued records or without a free slot, because their next upload shows the
 * same. The dry run takes a slot, as a separate holder, because it counts against CleverTap's limit of concurrent requests.
 */
export const createCredentialsCheck = ({
  accounts,
  store,
  log,
  open = openClient,
  now = Date.now,
}: CredentialsCheckParts): CredentialsCheck => {
  const stopped = new AbortController()
  let asked: Promise<void> = Promise.resolve()

  /** Why CleverTap would refuse uploads; null when it would take them. */
  const troubleOf = async (account: AccountConfig): Promise<HealthCause | null> => {
    const client = open(account)
    try {
      const answer = await client.upload([sampleRecord], { dryRun: true, signal: stopped.signal })
      const verdict = readAnswer(answer, [sampleRecord], now())
      if (verdict.kind === 'unauthorized') return explainHealth('suspended', `HTTP ${verdict.status}`)
      return verdict.kind === 'failed' ? explainHealth('failing', verdict.reason) : null
    } finally {
      await client.close()
    }
  }
  const tell = (account: string, trouble: HealthCause | null): void => {
    if (stopped.signal.aborted) return
    if (trouble)
      log.warn('CleverTap does not accept uploads', { account, reason: `${trouble.cause}. ${trouble.remedy}` })
    else log.info('CleverTap accepts the credentials', { account })
  }
  const ask = async (account: AccountConfig): Promise<void> => {
    const { queued, uploading } = await store.counts(account.id)
    if (waitingIn({ queued, uploading }) > 0 || stopped.signal.aborted) return
    const holder = randomUUID()
    await store.join(holder, '{}')
    try {
      const slot = { account: account.id, holder, want: 1, limit: account.uploadConcurrency }
      if ((await store.takeSlots(slot)) > 0) tell(account.id, await troubleOf(account))
    } finally {
      await store.leave(holder)
    }
  }

  return {
    ask: () => {
      // The relay logs a store that fails; the check is skipped then.
      asked = Promise.allSettled(accounts.map(ask)).then(() => {})
      return asked
    },
    stop: async () => {
      stopped.abort()
      await asked
    },
  }
}
