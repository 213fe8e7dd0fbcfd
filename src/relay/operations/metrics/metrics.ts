import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import type { IntakeEvent } from '../../http/parts.ts'
import { steadyNow } from '../../steady-clock.ts'
import type { Store } from '../../store/port.ts'
import type { UploadReport } from '../../uploader/report.ts'
import type { UploadState } from '../../uploader/uploads.ts'
import { addHttpMetrics } from './http-metrics.ts'
import { createInstruments } from './instruments.ts'
import { codeLabel } from './known-codes.ts'
import { observeStore } from './observe-store.ts'
import { createProcessMetrics } from './process-metrics.ts'
import { createStoreMetrics } from './store-metrics.ts'

/** A relay's metrics and the answer of `/metrics`. Each relay has its own registry, so that relays do not share counts. */
export interface Metrics {
  /** All metrics in Prometheus' text format. Does not reject when the store fails. */
  text(): Promise<string>
  readonly contentType: string
  onIntake(event: IntakeEvent): void
  onRequest(report: UploadReport): void
  onTakeover(): void
  /** Wraps a store to observe its operations. */
  observe(store: Store): Store
  /** Counts the answers of a server's routes. */
  addTo(app: FastifyInstance): void
}

export interface MetricsParts {
  /** `PUSHFERRY_MAX_QUEUED`. */
  maxQueued: number
  /** `PUSHFERRY_MAX_UNPROVED`. */
  maxUnproved: number
  accounts: readonly { id: string; uploadConcurrency: number; keyIdleMs: number }[]
  store: Pick<Store, 'counts' | 'holders'>
  /** The state of an account's uploads; called at each scrape. */
  uploads: { state(account: string): UploadState }
  version: string
  /** Number of log lines dropped since the start; called at each scrape. Default: 0. */
  droppedLines?: () => number
  /** Wall clock, ms since the epoch. */
  now?: () => number
}

const verdicts: readonly UploadReport['verdict'][] = ['judged', 'poisoned', 'failed', 'throttled', 'unauthorized']

/** Makes a relay's metrics. */
export const createMetrics = ({
  maxQueued,
  maxUnproved,
  accounts,
  store,
  uploads,
  version,
  droppedLines = () => 0,
  now = steadyNow,
}: MetricsParts): Metrics => {
  const registry = new Registry()
  const instruments = createInstruments(registry)
  const {
    intakeRecords,
    uploadRequests,
    uploadDuration,
    uploadRecords,
    inFlight,
    limit,
    wait,
    concurrency,
    health,
    takeovers,
  } = instruments
  const readStore = createStoreMetrics(instruments, { accounts, store, now })
  const readProcess = createProcessMetrics(instruments)
  instruments.build.set({ version, node: process.version }, 1)
  instruments.queueLimit.set({ pool: 'live' }, maxQueued)
  instruments.queueLimit.set({ pool: 'unproved' }, maxUnproved)
  // Counters that alerts use start at zero; otherwise `increase()` would miss the first event of a kind.
  for (const { id: account, uploadConcurrency } of accounts) {
    concurrency.set({ account }, uploadConcurrency)
    for (const verdict of verdicts) uploadRequests.inc({ account, verdict }, 0)
  }
  for (const operation of ['put', 'complete', 'probe'] as const)
    instruments.storeFailures.inc({ operation, reason: 'unavailable' }, 0)
  for (const reason of ['full', 'full_unproved']) instruments.storeFailures.inc({ operation: 'put', reason }, 0)

  const readDropped = (): void => {
    instruments.droppedLines.reset()
    instruments.droppedLines.inc(droppedLines())
  }
  const readUploads = (): void => {
    for (const { id: account } of accounts) {
      const state = uploads.state(account)
      inFlight.set({ account }, state.inFlight)
      limit.set({ account }, state.limit)
      wait.set({ account }, state.waitMs / 1000)
      for (const one of ['ok', 'throttled', 'failing', 'suspended'] as const)
        health.set({ account, state: one }, state.upload === one ? 1 : 0)
    }
  }

  return {
    contentType: registry.contentType,
    text: async () => {
      await readStore()
      readUploads()
      readProcess()
      readDropped()
      return registry.metrics()
    },
    onIntake: ({ account, from, results }) => {
      for (const [result, n] of Object.entries(results)) intakeRecords.inc({ account, source: from, result }, n)
    },
    onRequest: ({ account, verdict, outcomes, refusals, tookMs }) => {
      uploadRequests.inc({ account, verdict })
      uploadDuration.observe({ account }, tookMs / 1000)
      for (const outcome of ['accepted', 'failed', 'returned'] as const)
        if (outcomes[outcome] > 0) uploadRecords.inc({ account, outcome, code: '' }, outcomes[outcome])
      for (const { outcome, code, records } of refusals)
        uploadRecords.inc({ account, outcome, code: codeLabel(code) }, records)
    },
    onTakeover: () => takeovers.inc(),
    observe: (observed) => observeStore(observed, instruments),
    addTo: (app) => addHttpMetrics(app, instruments),
  }
}
