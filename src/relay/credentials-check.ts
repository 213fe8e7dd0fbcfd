import { type ClevertapClient, createClevertapClient } from './clevertap/client.ts'
import { readAnswer } from './clevertap/outcome.ts'
import { sampleRecord } from './clevertap/sample-record.ts'
import type { AccountConfig } from './config/types.ts'
import type { Log } from './operations/log.ts'
import { explainHealth, type HealthCause } from './operations/status/health-cause.ts'
import type { Store } from './store/port.ts'

export interface CredentialsCheckParts {
  accounts: readonly AccountConfig[]
  store: Pick<Store, 'counts'>
  log: Pick<Log, 'info' | 'warn'>
  open?: (account: AccountConfig) => Pick<ClevertapClient, 'upload' | 'close'>
  now?: () => number
}

const openClient = ({ id, passcode, apiOrigin, uploadTimeoutMs }: AccountConfig): ClevertapClient =>
  createClevertapClient({ url: apiOrigin, accountId: id, passcode, timeoutMs: uploadTimeoutMs, connections: 1 })

/**
 * Asks CleverTap with `dryRun=1`, once for each account of a starting relay, whether it takes the credentials, and warns
 * if not or if it cannot be asked. An account with records to upload is not asked: their upload tells, and a request
 * beside it could be one more than CleverTap takes at a time.
 */
export const createCredentialsCheck = ({
  accounts,
  store,
  log,
  open = openClient,
  now = Date.now,
}: CredentialsCheckParts): { ask(): void; stop(): void } => {
  const stopped = new AbortController()

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
  const ask = async (account: AccountConfig): Promise<void> => {
    const { queued, uploading } = await store.counts(account.id)
    if (queued.live + queued.import + uploading > 0 || stopped.signal.aborted) return
    const trouble = await troubleOf(account)
    if (stopped.signal.aborted) return
    if (trouble)
      log.warn('CleverTap will take no records', { account: account.id, reason: `${trouble.cause}. ${trouble.remedy}` })
    else log.info('CleverTap takes the credentials', { account: account.id })
  }

  return {
    ask: () => {
      // A store that does not say what is queued is told of elsewhere.
      for (const account of accounts) void ask(account).catch(() => {})
    },
    stop: () => stopped.abort(),
  }
}
