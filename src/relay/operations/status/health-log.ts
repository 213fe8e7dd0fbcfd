import type { Health } from '../../uploader/health.ts'
import { explainHealth } from './health-cause.ts'
import type { StateChange } from './view/snapshot.ts'

/** The upload states of the accounts since this process started. */
export interface HealthLog {
  onHealth(account: string, health: Health, before: Health): void
  /** Time at which the current state began; null: at the start of the process. */
  since(account: string): number | null
  /** Time from which the next request may be sent; null: now. */
  nextTryAt(account: string, now: number): number | null
  /** Changes of state, the latest first. */
  changes(account: string): readonly StateChange[]
}

const keptChanges = 10

/** Records changes of state. Takes monotonic times and returns wall-clock times. */
export const createHealthLog = (
  now: () => number = Date.now,
  elapsed: () => number = () => performance.now(),
): HealthLog => {
  const accounts = new Map<string, { nextTryAt: number; changes: StateChange[] }>()
  return {
    onHealth: (account, { mode, reason = null, until }, before) => {
      const at = now()
      const known = accounts.get(account)
      const changed = mode !== before.mode
      const change = { at, state: mode, cause: explainHealth(mode, reason)?.cause ?? null }
      const changes = known?.changes ?? []
      accounts.set(account, {
        nextTryAt: at + Math.max(0, until - elapsed()),
        changes: changed ? [change, ...changes].slice(0, keptChanges) : changes,
      })
    },
    since: (account) => accounts.get(account)?.changes[0]?.at ?? null,
    nextTryAt: (account, at) => {
      const next = accounts.get(account)?.nextTryAt ?? 0
      return next > at ? next : null
    },
    changes: (account) => accounts.get(account)?.changes ?? [],
  }
}
