import { createClevertapClient } from '../clevertap/client.ts'
import type { ProfileVerdict } from '../clevertap/profile.ts'
import type { AccountConfig, Config } from '../config/types.ts'
import type { Telemetry } from '../operations/telemetry.ts'
import type { Store } from '../store/port.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Health } from './health.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createUploader, type Uploader } from './loop.ts'
import type { UploadReport } from './report.ts'
import { createSenders, type Senders } from './senders.ts'
import { createVerifier, type Verifier } from './verify.ts'

/** The state of an account's uploads, for `/readyz`, metrics and the status page. */
export interface UploadState {
  upload: Health['mode']
  /** Why `upload` is not `ok`; null when it is. */
  reason: string | null
  /** Time until the next request may be sent, in ms. */
  waitMs: number
  /** Requests in flight from this process, and their limit. */
  inFlight: number
  limit: number
}

/** The uploaders of all accounts in this process, and its heartbeat in the store. */
export interface Uploads {
  state(account: string): UploadState
  /** This process's holder id; undefined while the store has not confirmed it. */
  holder(): string | undefined
  start(): Promise<void>
  /** Finishes or gives back everything, within about ten seconds. */
  stop(): Promise<void>
}

export interface UploadEvents {
  onRequest?: (report: UploadReport) => void
  onHealth?: (account: string, health: Health, before: Health) => void
  onTrouble?: (account: string, error: unknown) => void
  /** Rows were taken over from processes that have ended. */
  onTakeover?: () => void
}

/** How long a stop waits for requests in flight, in ms. The rest of ten seconds is for writing their outcomes. */
const stopGraceMs = 8_000

/** The sampled checks of an account's accepted records; undefined when `PUSHFERRY_VERIFY` is 0. */
const verifierOf = (
  { id, apiOrigin: url, passcode, proxy, uploadTimeoutMs: timeoutMs, verify: share }: AccountConfig,
  store: Store,
  clock: Clock,
): (Verifier & { close(): Promise<void> }) | undefined => {
  if (share === 0) return undefined
  const client = createClevertapClient({ url, accountId: id, passcode, proxy, timeoutMs, connections: 1 })
  const count = (verdict: ProfileVerdict): Promise<void> => store.count(id, verdict, 1)
  const verifier = createVerifier({ share, profile: client.profile, count, clock })
  return {
    ...verifier,
    close: () => {
      verifier.stop()
      return client.close()
    },
  }
}

const uploaderOf = (
  account: AccountConfig,
  parts: {
    store: Store
    clock: Clock
    holder: { id(): string | undefined }
    events: UploadEvents
    telemetry: Pick<Telemetry, 'uploadsOf'> | undefined
    senders: Pick<Senders, 'of'>
  },
): { uploader: Uploader; close(): Promise<void> } => {
  const { store, clock, holder, events, telemetry, senders } = parts
  const { upload, queue } = senders.of(account)
  const verifier = verifierOf(account, store, clock)
  const uploader = createUploader({
    settings: { ...account, account: account.id },
    store,
    clock,
    holder,
    upload: verifier ? verifier.watch(upload) : upload,
    ...(queue ? { queue } : {}),
    ...(telemetry ? { inTrace: telemetry.uploadsOf(account.id) } : {}),
    ...events,
  })
  return {
    uploader,
    close: async () => verifier?.close(),
  }
}

/** Composes the uploaders. Nothing runs before `start`. */
export const createUploads = (
  { accounts, leaseMs }: Pick<Config, 'accounts' | 'leaseMs'>,
  store: Store,
  events: UploadEvents = {},
  telemetry?: Pick<Telemetry, 'uploadsOf'>,
  clock: Clock = systemClock,
): Uploads => {
  const state = (id: string): UploadState => {
    const uploader = uploaders.get(id)?.uploader
    const health = uploader?.health()
    return {
      upload: health?.mode ?? 'ok',
      reason: health?.reason ?? null,
      waitMs: Math.max(0, Math.ceil((health?.until ?? 0) - clock.elapsed())),
      inFlight: uploader?.inFlight() ?? 0,
      limit: Math.floor(health?.limit ?? 0),
    }
  }
  const wakeAll = (): void => {
    for (const { uploader } of uploaders.values()) uploader.wake(0)
  }
  const holder = createHeartbeat({
    store,
    clock,
    leaseMs,
    report: () => JSON.stringify(Object.fromEntries(accounts.map(({ id }) => [id, state(id)]))),
    onLost: () => {
      for (const { uploader } of uploaders.values()) uploader.forget()
    },
    onFreed: () => {
      events.onTakeover?.()
      wakeAll()
    },
  })
  const ownEvents: UploadEvents = {
    ...events,
    onHealth: (account, health, before) => {
      events.onHealth?.(account, health, before)
      if (health.mode !== before.mode) holder.tell()
    },
  }
  const senders = createSenders(accounts)
  const shared = { store, clock, holder, events: ownEvents, telemetry, senders }
  const uploaders = new Map(accounts.map((account) => [account.id, uploaderOf(account, shared)]))
  let ignoreWork = (): void => {}

  return {
    state,
    holder: holder.id,
    start: async () => {
      senders.start()
      ignoreWork = store.onWork((account, rows) => uploaders.get(account)?.uploader.wake(rows))
      await holder.start()
      wakeAll()
    },
    stop: async () => {
      ignoreWork()
      await Promise.all([...uploaders.values()].map(({ uploader }) => uploader.stop(stopGraceMs)))
      const id = holder.id()
      await holder.stop()
      // If the store cannot be reached, other processes take these rows over after the lease time.
      if (id !== undefined) await store.leave(id).catch(() => {})
      await Promise.all([...uploaders.values()].map(({ close }) => close()))
      await senders.close()
    },
  }
}
