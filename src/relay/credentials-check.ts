import { randomUUID } from 'node:crypto'
import { type ClevertapClient, createClevertapClient } from './clevertap/client.ts'
import { readAnswer } from './clevertap/outcome.ts'
import { sampleRecord } from './clevertap/sample-record.ts'
import type { AccountConfig } from './config/types.ts'
import type { Log } from './operations/log.ts'
import { explainHealth, type HealthCause } from './operations/status/health-cause.ts'
import type { Store } from './store/port.ts'

export interface CredentialsCheckParts {
  accounts: readonly AccountConfig[]
  store: Pick<Store, 'counts' | 'join' | 'takeSlots' | 'leave'>
  log: Pick<Log, 'info' | 'warn'>
  open?: (account: AccountConfig) => Pick<ClevertapClient, 'upload' | 'close'>
  now?: () => number
}

export interface CredentialsCheck {
  /** Settles when every account was asked and told of. Never rejects. */
  ask(): Promise<void>
  /** Cuts off what is under way, and settles when its slots are given back. */
  stop(): Promise<void>
}

/** How long CleverTap's answer is waited for, in ms: well within the lease time, for as long as a slot is held. */
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
 * Asks CleverTap with `dryRun=1`, once for each account of a starting relay, whether it takes the credentials, and warns
 * if not or if it cannot be asked. Where records wait or all slots are taken nobody is asked, because an upload tells as
 * much. It takes a slot as a holder of its own: the request counts among those that CleverTap takes at a time.
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

  /** Why uploads would not go through; null when they would. */
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
    if (trouble) log.warn('CleverTap will take no records', { account, reason: `${trouble.cause}. ${trouble.remedy}` })
    else log.info('CleverTap takes the credentials', { account })
  }
  const ask = async (account: AccountConfig): Promise<void> => {
    const { queued, uploading } = await store.counts(account.id)
    if (queued.live + queued.import + uploading > 0 || stopped.signal.aborted) return
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
      // A store that does not say what is queued is told of elsewhere.
      asked = Promise.allSettled(accounts.map(ask)).then(() => {})
      return asked
    },
    stop: async () => {
      stopped.abort()
      await asked
    },
  }
}
