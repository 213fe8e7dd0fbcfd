import type { AccountConfig, Config } from '../../config/types.ts'
import { steadyNow } from '../../steady-clock.ts'
import { StoreError } from '../../store/errors.ts'
import { type Counts, eventNames, type Store } from '../../store/port.ts'
import type { Health } from '../../uploader/health.ts'
import type { UploadReport } from '../../uploader/report.ts'
import type { UploadState } from '../../uploader/uploads.ts'
import { type AccountMemory, describeAccount, type StoreSays } from './account-status.ts'
import { createHealthLog } from './health-log.ts'
import { createHistory } from './history.ts'
import { inTime } from './in-time.ts'
import { createLatencyLog } from './latency-log.ts'
import { createSamples } from './samples.ts'
import type { AccountStatus, StatusSnapshot } from './view/snapshot.ts'

/** The status page's data: this process's own history combined with the store's numbers. */
export interface Snapshots {
  /**
   * The current state. Calls within a second share one answer. Never rejects: while the store cannot be read, the numbers are
   * the last that could be read.
   */
  current(): Promise<StatusSnapshot>
  onRequest(report: UploadReport): void
  onHealth(account: string, health: Health, before: Health): void
  /** Starts to sample the store every few seconds, so that the live view has data when a page is opened. */
  start(): void
  stop(): void
}

export interface SnapshotParts {
  config: Pick<Config, 'maxQueued' | 'maxUnproved'> & {
    accounts: readonly Pick<AccountConfig, 'id' | 'uploadConcurrency' | 'keyIdleMs'>[]
    store: Pick<Config['store'], 'kind'>
  }
  store: Pick<Store, 'counts' | 'history' | 'holders' | 'rejected' | 'probe'>
  uploads: { state(account: string): UploadState; holder(): string | undefined }
  version: string
  /** Wall clock, ms since the epoch. */
  now?: () => number
}

const sampleEveryMs = 5_000
const sharedForMs = 1_000
/** Interval between probes of the store, in ms. A probe writes to the disk, so not every reading makes one. */
const probeEveryMs = 5_000
const storeWaitMs = 2_000
const shownRejections = 20

const nothing: Counts = {
  queued: { live: 0, unproved: 0, import: 0 },
  uploading: 0,
  accepted: 0,
  rejected: 0,
  withdrawn: 0,
  oldestReceivedAt: null,
  rejectedByCode: {},
  confirmedOn: {},
  events: Object.fromEntries(eventNames.map((name) => [name, 0])) as Counts['events'],
}

const reasonOf = (error: unknown): string => (error instanceof StoreError ? error.message : 'the store does not answer')

/** Makes a check whether the store takes records, which probes it at most once in `probeEveryMs`. */
const createStoreCheck = (store: Pick<Store, 'probe'>, now: () => number) => {
  let asked: { at: number; answer: Promise<string | null> } | undefined
  return (): Promise<string | null> => {
    if (!asked || now() - asked.at >= probeEveryMs)
      asked = { at: now(), answer: inTime(store.probe(), storeWaitMs).then(() => null, reasonOf) }
    return asked.answer
  }
}

/** Makes the snapshots of one relay. Nothing runs before `start`, but `current` works. */
export const createSnapshots = ({ config, store, uploads, version, now = steadyNow }: SnapshotParts): Snapshots => {
  const startedAt = now()
  const health = createHealthLog(now)
  const check = createStoreCheck(store, now)
  const accounts = config.accounts.map(({ id, uploadConcurrency, keyIdleMs }) => ({
    id,
    keyIdleMs,
    concurrency: uploadConcurrency,
    memory: {
      history: createHistory(store, id),
      samples: createSamples(),
      latency: createLatencyLog(),
    } as AccountMemory,
    says: { counts: nothing, holders: [], rejected: [] } as StoreSays,
  }))
  type Known = (typeof accounts)[number]
  const known = new Map(accounts.map((account) => [account.id, account]))

  const look = async ({ id, memory }: Known): Promise<Counts> => {
    const counts = await inTime(store.counts(id), storeWaitMs)
    memory.samples.add(now(), counts)
    return counts
  }
  const read = async (account: Known): Promise<void> => {
    const { id, memory } = account
    const [counts, holders, rejected] = await Promise.all([
      look(account),
      inTime(store.holders(), storeWaitMs),
      inTime(store.rejected(id, { limit: shownRejections }), storeWaitMs),
      inTime(memory.history.refresh(now()), storeWaitMs),
    ])
    account.says = { counts, holders, rejected }
  }
  const describe = (account: Known, checked: StatusSnapshot['store']): AccountStatus =>
    describeAccount({
      account: account.id,
      now: now(),
      store: checked,
      says: account.says,
      memory: account.memory,
      health,
      limits: { live: config.maxQueued, unproved: config.maxUnproved },
      keyIdleMs: account.keyIdleMs,
      uploads: { state: uploads.state(account.id), concurrency: account.concurrency, holder: uploads.holder() },
    })

  const take = async (): Promise<StatusSnapshot> => {
    const [reason, ...unread] = await Promise.all([
      check(),
      ...accounts.map((account) => read(account).then(() => null, reasonOf)),
    ])
    const trouble = reason ?? unread.find((one) => one !== null) ?? null
    const checked = { kind: config.store.kind, ok: trouble === null, reason: trouble }
    return {
      generatedAt: now(),
      version,
      startedAt,
      store: checked,
      accounts: accounts.map((account) => describe(account, checked)),
    }
  }

  let latest: { at: number; snapshot: Promise<StatusSnapshot> } | undefined
  let timer: NodeJS.Timeout | undefined
  return {
    current: () => {
      if (!latest || now() - latest.at >= sharedForMs) latest = { at: now(), snapshot: take() }
      return latest.snapshot
    },
    onRequest: ({ account, verdict, tookMs }) => {
      // A refused or aborted request says nothing about the latency of uploads.
      if (verdict === 'judged') known.get(account)?.memory.latency.add(now(), tookMs)
    },
    onHealth: health.onHealth,
    start: () => {
      const lookAtAll = (): void => {
        for (const account of accounts) look(account).catch(() => {})
      }
      lookAtAll()
      timer ??= setInterval(lookAtAll, sampleEveryMs).unref()
    },
    stop: () => {
      clearInterval(timer)
      timer = undefined
    },
  }
}
