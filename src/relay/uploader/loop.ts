import { setMaxListeners } from 'node:events'
import type { KeyPadding } from '../clevertap/record.ts'
import type { RequestQueue, Upload } from '../clevertap/upload.ts'
import type { InTrace } from '../operations/trace.ts'
import type { Completion, Store } from '../store/port.ts'
import { type Batch, isAlone, probeOf, splitIntoBatches } from './batch.ts'
import type { Clock } from './clock.ts'
import { allowance, cappedWaitMs, type Health, healthy, isDown, judged } from './health.ts'
import type { Heartbeat } from './heartbeat.ts'
import { createOutcomeWriter, groupMs } from './outcome-writer.ts'
import { farthestDueMs, type RetryRules } from './policy.ts'
import { reportOf, type UploadReport } from './report.ts'
import { type Consequences, consequencesOf, createPreparer, sendBatch } from './send.ts'
import { createSlots, pollMs } from './slots.ts'

/** Settings of one account's uploader. */
export interface UploadSettings extends RetryRules {
  account: string
  uploadConcurrency: number
  uploadBatch: number
  flushMs: number
  keyPadding: KeyPadding
}

export interface UploaderParts {
  settings: UploadSettings
  store: Store
  holder: Pick<Heartbeat, 'id'>
  upload: Upload
  /** The queue in which `upload` keeps requests. Default: none, each request is sent at once. */
  queue?: RequestQueue
  clock: Clock
  /** Default: starts a new trace for each request. */
  inTrace?: InTrace
  onRequest?: (report: UploadReport) => void
  onHealth?: (account: string, health: Health, before: Health) => void
  /** A call to the store failed. The uploader repeats it. */
  onTrouble?: (account: string, error: unknown) => void
}

/** Uploads one account's rows to CleverTap. */
export interface Uploader {
  /** Says that about `rows` rows may have become due. 0: the number is unknown. */
  wake(rows: number): void
  /** The process lost its holder id: drops batches that were not sent yet and aborts requests in flight. */
  forget(): void
  health(): Health
  inFlight(): number
  /**
   * Starts nothing new, waits up to `graceMs` for requests in flight, aborts the rest and gives their rows back. Resolves
   * when the outcomes are written, or after another 1.5 s if the store does not take them; other processes take the rows
   * over then.
   */
  stop(graceMs: number): Promise<void>
}

/** Longest timer, in ms. Longer waits use several timers, because `setTimeout` has an upper limit. */
const longestWaitMs = 60_000
/** How long a stop waits for the store to write outcomes, in ms. */
const writeGraceMs = 1_500
/** Nothing new is sent while more outcomes than this wait to be written. */
const mostUnwritten = 2_000

/**
 * Makes an account's upload loop. `Health` limits the requests in flight and the store grants slots for them. The loop
 * leases batches ahead, so that a free slot does not wait for the database, and writes outcomes in groups meanwhile.
 */
export const createUploader = (parts: UploaderParts): Uploader => {
  const { settings, store, holder, upload, queue, clock, inTrace } = parts
  const { account } = settings
  const longest = farthestDueMs(settings)
  const farthest = longest === undefined ? {} : { farthestDueMs: longest }
  const requests = new Set<Promise<void>>()
  /** Aborts the requests that were sent under the current holder id. Every request listens to its signal. */
  const newSession = (): AbortController => {
    const begun = new AbortController()
    setMaxListeners(0, begun.signal)
    return begun
  }
  let session = newSession()
  let health = healthy(settings.uploadConcurrency)
  let ready: Batch[] = []
  let leasing = false
  let stopping = false
  /** Rows reported by `wake` since the last lease. */
  let arrived = 0
  /** Time of the next lease. */
  let leaseAt = 0
  /** Since when fewer batches are ready than may be sent; undefined while enough are. */
  let thinSince: number | undefined
  let cancelTimer = (): void => {}
  const prepare = createPreparer(settings.keyPadding)
  const writer = createOutcomeWriter(store, clock, () => step())
  const slots = createSlots({
    account,
    limit: settings.uploadConcurrency,
    store,
    clock,
    holder,
    onDenied: (by) => giveBack(ready.splice(0), by),
    onAnswer: () => step(),
    onTrouble: (error) => parts.onTrouble?.(account, error),
  })

  const setHealth = (next: Health): void => {
    const before = health
    health = next
    if (next.mode !== before.mode || next.failures !== before.failures) parts.onHealth?.(account, next, before)
  }
  const toWrite = (results: Consequences['results']): Completion[] =>
    results.map(({ entry: { objectId, generation }, outcome }) => ({ account, objectId, generation, outcome }))
  const giveBack = (batches: readonly Batch[], by: string): void =>
    writer.add(by, toWrite(batches.flat().map((entry) => ({ entry, outcome: { kind: 'returned' } }))))

  /** Requests in flight. Requests beyond the limit are waiting in the queue. */
  const inFlight = (): number => Math.min(requests.size, settings.uploadConcurrency)

  const send = async (batch: Batch, by: string, atOnce: number): Promise<void> => {
    const { signal } = session
    const alone = isAlone(batch)
    const blamed = alone || !isDown(health)
    const sending = { upload, signal, atOnce, prepare, clock, inTrace }
    const { verdict, sentAt, traceId, tookMs } = await sendBatch(batch, sending)
    if (verdict.kind === 'unsent') {
      if (stopping || signal !== session.signal || isDown(health)) giveBack([batch], by)
      else ready = [batch, ...ready]
      return
    }
    const cutOff = signal.aborted
    if (!cutOff && !(verdict.kind === 'failed' && alone))
      setHealth(judged(health, verdict, sentAt, settings, clock.elapsed(), clock.random))
    const asked = verdict.kind === 'failed' ? cappedWaitMs(verdict.retryAfterMs ?? 0, settings) : 0
    const accountWaitMs = Math.max(0, asked, health.until - clock.elapsed())
    const circumstances = { rules: settings, now: clock.now(), random: clock.random, cutOff, blamed, accountWaitMs }
    const came = consequencesOf(batch, verdict, circumstances)
    const isAllAccepted = came.results.every(({ outcome }) => outcome.kind === 'accepted')
    writer[isAllAccepted ? 'addSoon' : 'add'](by, toWrite(came.results))
    // While one record probes the account, the other rows go back to the store. A record that fails in a request of its own
    // does not probe: it would delay the others with each try. After the holder id was lost, the rows belong to other processes.
    if (stopping || signal !== session.signal) giveBack(came.again, by)
    else if (blamed && !alone && isDown(health)) giveBack([...came.again, ...ready.splice(0)], by)
    else ready = [...came.again, ...ready]
    parts.onRequest?.(reportOf(account, batch.length, { verdict, traceId, tookMs }, came.results))
  }

  const lease = async (by: string, batches: number): Promise<void> => {
    leasing = true
    arrived = 0
    let waitMs = 0
    try {
      const { uploadBatch, flushMs } = settings
      const probing = isDown(health)
      const size = probing ? { max: 1, batches: uploadBatch } : { max: uploadBatch, batches }
      const leased = await store.lease({ account, holder: by, ...size, flushMs, ...farthest })
      if ('waitMs' in leased) waitMs = Math.min(leased.waitMs ?? pollMs, pollMs)
      else {
        const { entries } = leased
        const isTooLate = stopping || holder.id() !== by || (isDown(health) && !probing)
        const probe = probing ? probeOf(entries, health.mode === 'failing' ? health.failures - 1 : 0) : undefined
        if (!isTooLate) ready.push(...(probe ? [[probe]] : splitIntoBatches(entries, uploadBatch)))
        if (isTooLate || probe) giveBack([entries.filter((entry) => isTooLate || entry !== probe)], by)
      }
    } catch (error) {
      parts.onTrouble?.(account, error)
      waitMs = pollMs
    }
    // Rows that were added during the lease may be missing from its result.
    if (arrived > 0) waitMs = Math.min(waitMs, arrived >= settings.uploadBatch ? 0 : settings.flushMs)
    leaseAt = clock.elapsed() + waitMs
    leasing = false
    step()
  }

  /** Does everything that is possible now, and sets a timer for the next thing that is due. */
  const step = (): void => {
    cancelTimer()
    const by = holder.id()
    if (stopping) return
    const at = clock.elapsed()
    const next = (time: number): void => {
      cancelTimer()
      cancelTimer = clock.after(Math.min(Math.max(time - at, 1), longestWaitMs), step)
    }
    if (by === undefined) {
      next(at + pollMs)
      return
    }
    const allowed = writer.pending() > mostUnwritten ? 0 : allowance(health, at)
    // Batches that cannot be sent soon go back to the store, so that others can send them and their state shows `queued`.
    if (health.until - at > pollMs && ready.length > 0) giveBack(ready.splice(0), by)
    const atOnce = Math.min(allowed, slots.held())
    // A probe is sent alone, so nothing is queued behind it.
    const maxRequests = atOnce > 1 ? atOnce + (queue?.capacity() ?? 0) : atOnce
    while (ready.length > 0 && requests.size < maxRequests) {
      const [batch = []] = ready.splice(0, 1)
      const request: Promise<void> = send(batch, by, atOnce).finally(() => {
        requests.delete(request)
        step()
      })
      requests.add(request)
    }
    // One batch is kept ready for each slot that this process has or may get; the number of ready batches decides how many slots it asks for.
    const held = slots.held()
    const ahead = slots.denied() ? held : slots.short() ? Math.max(held, 1) : allowed
    const missing = Math.min(allowed, ahead) - ready.length
    thinSince = missing > 0 ? (thinSince ?? at) : undefined
    // While a batch is ready, a lease waits a few ms for other requests to end, so that it shares a commit with their outcomes.
    const groupAt = ready.length > 0 && thinSince !== undefined ? thinSince + groupMs : 0
    if (missing > 0 && !leasing && at >= Math.max(leaseAt, groupAt)) void lease(by, missing)
    for (const batch of ready) prepare(batch)
    // A slot is kept while its request is in flight, even when the limit has become lower.
    const more = Math.min(allowed, slots.denied() ? 1 : requests.size + ready.length)
    const want = Math.max(inFlight(), more)
    const idle = ready.length === 0 && !leasing && requests.size < slots.held()
    if (want > slots.held() ? at >= slots.askAt() : idle && want < slots.held()) slots.ask(by, want)
    next(Math.min(...[health.until, leaseAt, groupAt, slots.askAt(), at + pollMs].filter((time) => time > at)))
  }

  return {
    wake: (rows) => {
      arrived += rows
      leaseAt = arrived >= settings.uploadBatch ? 0 : Math.min(leaseAt, clock.elapsed() + settings.flushMs)
      step()
    },
    forget: () => {
      ready = []
      slots.forget()
      session.abort()
      session = newSession()
    },
    health: () => health,
    inFlight,
    stop: async (graceMs) => {
      stopping = true
      cancelTimer()
      const by = holder.id()
      if (by !== undefined) giveBack(ready.splice(0), by)
      queue?.recall()
      const cutOff = clock.after(graceMs, () => session.abort())
      await Promise.all(requests)
      cutOff()
      let giveUp = (): void => {}
      const late = new Promise<void>((resolve) => {
        giveUp = clock.after(writeGraceMs, resolve)
      })
      await Promise.race([writer.drained(), late])
      giveUp()
    },
  }
}
