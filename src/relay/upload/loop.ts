import type { Verdict } from '../clevertap/outcome.ts'
import type { KeyPadding } from '../clevertap/record.ts'
import type { Outcome, Settlement, Store } from '../outbox/store.ts'
import { type Chunk, cut } from './batch.ts'
import type { Clock } from './clock.ts'
import { allowance, type Health, healthy, judged } from './health.ts'
import type { HolderLife } from './holder.ts'
import type { RetryRules } from './policy.ts'
import { type Sent, sendChunk, type Upload } from './send.ts'
import { createSettler } from './settler.ts'

/** What an uploader of one account is told. */
export interface UploadSettings extends RetryRules {
  account: string
  uploadConcurrency: number
  uploadBatch: number
  flushMs: number
  keyPadding: KeyPadding
}

/** What one upload request came to, for logs and metrics. */
export interface UploadReport {
  account: string
  records: number
  verdict: Verdict['kind']
  outcomes: Readonly<Record<Outcome['kind'], number>>
  tookMs: number
}

export interface UploaderParts {
  settings: UploadSettings
  store: Store
  holder: Pick<HolderLife, 'id'>
  upload: Upload
  clock: Clock
  onRequest?: (report: UploadReport) => void
  onHealth?: (account: string, health: Health, before: Health) => void
  /** The store would not give work; it is asked again. */
  onTrouble?: (account: string, error: unknown) => void
}

/** Carries one account's rows to CleverTap. */
export interface Uploader {
  /** About so many rows may have become due (0: look anyway, when it suits). */
  wake(rows: number): void
  /** What this process had leased is gone: forget what was not sent yet. */
  forget(): void
  health(): Health
  inFlight(): number
  /**
   * Takes up nothing new, waits up to `graceMs` for what is in flight, cuts the rest off and gives it back. Resolves
   * when that is written, or `settleGraceMs` later if the store does not take it; others take it over then.
   */
  stop(graceMs: number): Promise<void>
}

/** How long the store is left alone when it has no work or no slot for this process, in ms: others may add some. */
const pollMs = 500
/** Longer waits are cut into pieces, because timers have a ceiling. */
const longestWaitMs = 60_000
/** How long a stop waits for the store, in ms. */
const settleGraceMs = 1_500
/** Over so many results that could not be written yet, nothing new is sent. */
const mostUnwritten = 2_000

/**
 * The loop is dull: health says how many requests may be in flight, the store grants slots for them, chunks are leased
 * ahead so that a freed slot is filled without waiting for the database, and results are written in groups beside it.
 */
export const createUploader = (parts: UploaderParts): Uploader => {
  const { settings, store, holder, upload, clock } = parts
  const { account } = settings
  const aborter = new AbortController()
  const requests = new Set<Promise<void>>()
  let health = healthy(settings.uploadConcurrency)
  let ready: Chunk[] = []
  let slots = 0
  let asking = false
  let leasing = false
  let stopping = false
  /** Rows said to have come since the store was last asked for some. */
  let arrived = 0
  /** Not before these times is the store asked again for rows, and for slots. */
  let leaseAt = 0
  let slotsAt = 0
  let cancelTimer = (): void => {}
  const settler = createSettler(store, clock, () => look())

  const setHealth = (next: Health): void => {
    const before = health
    health = next
    if (next.mode !== before.mode || next.failures !== before.failures) parts.onHealth?.(account, next, before)
  }
  const settlementsOf = (results: Sent['results']): Settlement[] =>
    results.map(({ entry: { objectId, generation }, outcome }) => ({ account, objectId, generation, outcome }))
  const giveBack = (chunks: readonly Chunk[], by: string): void =>
    settler.add(by, settlementsOf(chunks.flat().map((entry) => ({ entry, outcome: { kind: 'returned' } }))))

  const report = (chunk: Chunk, sent: Sent): void => {
    const outcomes = { accepted: 0, rejected: 0, deferred: 0, failed: 0, returned: 0 }
    for (const { outcome } of sent.results) outcomes[outcome.kind]++
    parts.onRequest?.({ account, records: chunk.length, verdict: sent.verdict.kind, outcomes, tookMs: sent.tookMs })
  }
  const send = async (chunk: Chunk, by: string): Promise<void> => {
    const sent = await sendChunk(chunk, {
      upload,
      signal: aborter.signal,
      padding: settings.keyPadding,
      rules: settings,
      clock,
    })
    if (!aborter.signal.aborted)
      setHealth(judged(health, sent.verdict, sent.sentAt, settings, clock.elapsed(), clock.random))
    report(chunk, sent)
    settler.add(by, settlementsOf(sent.results))
    if (stopping) giveBack(sent.again, by)
    else ready = [...sent.again, ...ready]
  }

  const takeSlots = async (by: string, want: number): Promise<void> => {
    asking = true
    try {
      const granted = await store.takeSlots({ account, holder: by, want, limit: settings.uploadConcurrency })
      if (holder.id() === by) slots = granted
      if (granted < want) slotsAt = clock.elapsed() + pollMs
    } catch (error) {
      parts.onTrouble?.(account, error)
      slotsAt = clock.elapsed() + pollMs
    }
    asking = false
    look()
  }
  const lease = async (by: string): Promise<void> => {
    leasing = true
    arrived = 0
    let waitMs = 0
    try {
      const { uploadBatch: max, flushMs } = settings
      const leased = await store.lease({ account, holder: by, max, flushMs })
      if ('waitMs' in leased) waitMs = Math.min(leased.waitMs ?? pollMs, pollMs)
      else if (stopping || holder.id() !== by) giveBack([leased.entries], by)
      else ready.push(...cut(leased.entries, max))
    } catch (error) {
      parts.onTrouble?.(account, error)
      waitMs = pollMs
    }
    leaseAt = arrived >= settings.uploadBatch ? 0 : clock.elapsed() + waitMs
    leasing = false
    look()
  }

  /** Does everything that can be done now, and sets the timer for the next thing that cannot. */
  const look = (): void => {
    cancelTimer()
    const by = holder.id()
    if (stopping) return
    const at = clock.elapsed()
    const next = (time: number): void => {
      cancelTimer()
      cancelTimer = clock.after(Math.min(Math.max(time - at, 1), longestWaitMs), look)
    }
    if (by === undefined) {
      next(at + pollMs)
      return
    }
    const allowed = settler.pending() > mostUnwritten ? 0 : allowance(health, at)
    // What is not sent soon is not kept from others, and its state says the truth.
    if (health.until - at > pollMs && ready.length > 0) giveBack(ready.splice(0), by)
    while (ready.length > 0 && requests.size < Math.min(allowed, slots)) {
      const [chunk = []] = ready.splice(0, 1)
      const request: Promise<void> = send(chunk, by).finally(() => {
        requests.delete(request)
        look()
      })
      requests.add(request)
    }
    const hungry = allowed > 0 && ready.length < allowed
    if (hungry && !leasing && at >= leaseAt) void lease(by)
    const want = Math.min(allowed, requests.size + ready.length)
    const idle = ready.length === 0 && !leasing && requests.size < slots
    if (!asking && (want > slots ? at >= slotsAt : idle && want < slots)) void takeSlots(by, want)
    next(Math.min(...[health.until, leaseAt, slotsAt, at + pollMs].filter((time) => time > at)))
  }

  return {
    wake: (rows) => {
      arrived += rows
      leaseAt = arrived >= settings.uploadBatch ? 0 : Math.min(leaseAt, clock.elapsed() + settings.flushMs)
      look()
    },
    forget: () => {
      ready = []
      slots = 0
    },
    health: () => health,
    inFlight: () => requests.size,
    stop: async (graceMs) => {
      stopping = true
      cancelTimer()
      const by = holder.id()
      if (by !== undefined) giveBack(ready.splice(0), by)
      const cutOff = clock.after(graceMs, () => aborter.abort())
      await Promise.all(requests)
      cutOff()
      let giveUp = (): void => {}
      const late = new Promise<void>((resolve) => {
        giveUp = clock.after(settleGraceMs, resolve)
      })
      await Promise.race([settler.drained(), late])
      giveUp()
    },
  }
}
