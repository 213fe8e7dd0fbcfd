import type { AccountStatus, PageState, Series } from '../../../../src/relay/operations/status/view/snapshot.ts'

export const now = Date.UTC(2026, 10, 23, 3, 4, 5)

const series = (stepMs: number, count: number): Series => {
  const nothing = Array.from({ length: count }, () => 0)
  const unknown = Array.from({ length: count }, () => null)
  return {
    startsAt: now - count * stepMs,
    stepMs,
    queued: nothing,
    accepted: nothing,
    rejected: nothing,
    waiting: unknown,
    latencyP50Ms: unknown,
    latencyP95Ms: unknown,
  }
}

/** An account for which nothing has arrived yet. */
export const accountStatus = (more: Partial<AccountStatus> = {}): AccountStatus => ({
  account: 'TEST-1',
  verdict: { level: 'good', answer: 'Yes.', headline: 'Everything that arrives reaches CleverTap.', remedy: null },
  upload: { state: 'ok', since: null, nextTryAt: null, cause: null, remedy: null },
  queue: { live: 0, unproved: 0, import: 0, uploading: 0, oldestReceivedAt: null, etaMs: null },
  capacity: { live: { waiting: 0, limit: 1_000_000 }, unproved: { waiting: 0, limit: 100_000, evicted: 0 } },
  browsers: { heard: 0, idle: 0, refused: 0, takeovers: 0 },
  settled: { accepted: 0, rejected: 0, withdrawn: 0 },
  last: {
    minute: null,
    hour: { queued: 0, accepted: 0, rejected: 0 },
    day: { queued: 0, accepted: 0, rejected: 0 },
  },
  series: { live: series(5_000, 60), hour: series(60_000, 60), day: series(600_000, 144) },
  latency: null,
  slots: { inFlight: 0, limit: 3, concurrency: 3 },
  rejected: { codes: [], latest: [] },
  events: { replaced: 0, withdrawn: 0, deferred: 0, expired: 0, discarded: 0, confirmed: 0, missing: 0 },
  changes: [],
  others: [],
  ...more,
})

export const pageState = (account: Partial<AccountStatus> = {}, more: Partial<PageState> = {}): PageState => ({
  generatedAt: now,
  version: '1.2.3',
  startedAt: now - 90_000,
  store: { kind: 'sqlite', ok: true, reason: null },
  account: accountStatus(account),
  accounts: [{ account: 'TEST-1', level: 'good' }],
  ...more,
})
