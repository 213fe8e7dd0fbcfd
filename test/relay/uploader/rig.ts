import { setMaxListeners } from 'node:events'
import { createJobQueue } from '../../../src/relay/clevertap/thread/job-queue.ts'
import { createThreadClient } from '../../../src/relay/clevertap/thread/thread-client.ts'
import type { RequestQueue, Upload } from '../../../src/relay/clevertap/upload.ts'
import type { NewEntry, Store, StoreOptions, TokenStatus } from '../../../src/relay/store/port.ts'
import { openSqliteStore } from '../../../src/relay/store/sqlite/store.ts'
import type { Health } from '../../../src/relay/uploader/health.ts'
import { createHeartbeat, type Heartbeat } from '../../../src/relay/uploader/heartbeat.ts'
import { createUploader, type Uploader, type UploadSettings } from '../../../src/relay/uploader/loop.ts'
import { preferThread } from '../../../src/relay/uploader/prefer-thread.ts'
import type { UploadReport } from '../../../src/relay/uploader/report.ts'
import type { TokenRecord } from '../../../src/wire/record.ts'
import { createFakeClock, type FakeClock } from '../../fakes/clock.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { createFakeClevertap, type FakeClevertap } from '../../faults/clevertap.ts'
import { createFaultyStore, type FaultyStore } from '../../faults/store.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

/** A kind of store that the upload loop is tested on, and the way it sends. */
export interface StoreKind {
  name: string
  /** How many requests can wait in the thread that sends; undefined where requests are sent without one. */
  queueCapacity?: number
  open(options: StoreOptions): Promise<{ store: Store; end(): Promise<void> }>
}

const inMemory: StoreKind = {
  name: 'in memory',
  open: async (options) => {
    const store = createMemoryStore(options)
    return { store, end: store.close }
  },
}
const inSqlite: StoreKind = {
  name: 'in SQLite',
  open: async (options) => {
    const folder = memoryFolder()
    const store = await openSqliteStore(folder.file('outbox.db'), options)
    const end = async (): Promise<void> => {
      await store.close()
      folder.remove()
    }
    return { store, end }
  },
}
/** Sends through a thread: a message to it takes some time, and so does the answer. */
export const inMemoryAndThread: StoreKind = { ...inMemory, name: 'in memory and a thread that sends', queueCapacity: 2 }
export const storeKinds: readonly StoreKind[] = [inMemory, inSqlite, inMemoryAndThread]

export const account = 'ACC'

export const entryOf = (objectId: string, more: Partial<NewEntry> = {}): NewEntry => ({
  account,
  objectId,
  token: { type: 'fcm', id: `token-of-${objectId}` },
  priority: 'live',
  sender: 'trusted',
  replaceLive: true,
  warnings: [],
  ...more,
})

/** The same store; calls `onChange` when an operation begins (1) and ends (-1). */
const watched = (store: Store, onChange: (by: number) => void): Store =>
  Object.fromEntries(
    Object.entries(store).map(([name, operation]) => [
      name,
      (...given: unknown[]) => {
        const answer: unknown = Reflect.apply(operation, store, given)
        if (!(answer instanceof Promise)) return answer
        onChange(1)
        const end = (): void => onChange(-1)
        answer.then(end, end)
        return answer
      },
    ]),
  ) as unknown as Store // the same operations

/** Names in the order of their age: `r00000`, `r00001` … */
export const names = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => `r${String(from + at).padStart(5, '0')}`)

/** One uploading process: its heartbeat as a holder and the uploader of one account. */
export interface Process {
  readonly uploader: Uploader
  readonly holder: Heartbeat
  readonly reports: readonly UploadReport[]
  readonly moods: readonly Health['mode'][]
  readonly troubles: number
  /** Stops as on SIGTERM. */
  stop(graceMs?: number): Promise<void>
  /** Ends as on SIGKILL: without a message to anybody, and requests in flight are cut off. */
  kill(): void
}

/** A store, a CleverTap and processes between them, all on one fake clock. */
export interface Rig {
  readonly clock: FakeClock
  readonly clevertap: FakeClevertap
  /** The store as the processes use it, with faults. */
  readonly faulty: FaultyStore
  /** The store without faults. */
  readonly store: Store
  start(more?: { account?: string; clevertap?: FakeClevertap; settings?: Partial<UploadSettings> }): Promise<Process>
  /** Resolves when the records are in the table: the store applies them in real time, independent of the fake clock. */
  put(...entries: readonly (string | NewEntry)[]): Promise<void>
  find(objectId: string): Promise<TokenStatus | undefined>
  /** Advances the clock until this many records were delivered. */
  untilDelivered(count: number, limitMs?: number): Promise<void>
  delivered(): string[]
  end(): Promise<void>
}

export interface RigOptions {
  kind?: StoreKind
  settings?: Partial<UploadSettings>
  latencyMs?: number
  leaseMs?: number
  maxQueued?: number
  seed?: number
}

/**
 * Both sides of the sender's thread. Each message between them takes some time of the fake clock. The thread is ready 50 ms after
 * its start.
 */
const behindThread = (upload: Upload, capacity: number, clock: FakeClock): { upload: Upload; queue: RequestQueue } => {
  const hopMs = 1
  const client = createThreadClient({
    post: (command) =>
      clock.after(hopMs, () => {
        if (command.kind === 'send') jobs.take(command.job)
        else if (command.kind === 'abort') jobs.abort(command.number)
        else jobs.recall()
      }),
    onBusy: () => {},
    onIdle: () => {},
  })
  const jobs = createJobQueue(
    {
      upload: async (_, { body = '', signal = new AbortController().signal } = {}) => {
        // Made by `bodyOf`.
        const { d } = JSON.parse(body) as { d: TokenRecord[] }
        const sent = await upload(d, { signal, atOnce: 1 })
        if (sent.kind === 'unsent') throw new Error('CleverTap itself lets nothing wait')
        return sent
      },
    },
    (result) => clock.after(hopMs, () => client.onResult(result)),
    clock.elapsed,
  )
  let isBegun = false
  let isReady = false
  const thread = {
    start: () => {
      if (!isBegun) clock.after(50, () => (isReady = true))
      isBegun = true
    },
    isReady: () => isReady,
  }
  return preferThread({ here: upload, thread, there: client.sender(account), waiting: capacity })
}

export const createRig = async ({
  kind = inMemory,
  settings = {},
  latencyMs = 100,
  leaseMs = 60_000,
  maxQueued = 1_000_000,
  seed = 1,
}: RigOptions = {}): Promise<Rig> => {
  let underWay = 0
  const clock = createFakeClock({ isBusy: () => underWay > 0, seed })
  const opened = await kind.open({ now: clock.now, maxQueued })
  const store = watched(opened.store, (by) => {
    underWay += by
  })
  const faulty = createFaultyStore(store)
  const clevertap = createFakeClevertap(clock, latencyMs)
  const running = new Set<Process>()

  const start: Rig['start'] = async (more = {}) => {
    const reports: UploadReport[] = []
    const moods: Health['mode'][] = []
    let troubles = 0
    let killed = false
    // A killed process does nothing any more: its timers do not fire, and its operations do not reach the store.
    const living: FakeClock = { ...clock, after: (ms, call) => clock.after(ms, () => killed || call()) }
    const reach = Object.fromEntries(
      Object.entries(faulty.store).map(([name, operation]) => [
        name,
        (...given: unknown[]) => (killed ? new Promise(() => {}) : Reflect.apply(operation, faulty.store, given)),
      ]),
    ) as unknown as Store // the same operations, while the process lives
    const cut = new AbortController()
    setMaxListeners(0, cut.signal)
    const upstream = more.clevertap ?? clevertap
    const holder = createHeartbeat({
      store: reach,
      clock: living,
      leaseMs,
      report: () => '{}',
      onLost: () => uploader.forget(),
      onFreed: () => uploader.wake(0),
    })
    const reached: Upload = async (records, { signal, atOnce }) => {
      const either = new AbortController()
      const abort = (): void => either.abort()
      const signals = [signal, cut.signal]
      for (const one of signals) one.addEventListener('abort', abort)
      const answer = await upstream.upload(records, { signal: either.signal, atOnce })
      for (const one of signals) one.removeEventListener('abort', abort)
      return answer
    }
    const { queueCapacity } = kind
    const uploader = createUploader({
      settings: {
        account: more.account ?? account,
        uploadConcurrency: 3,
        uploadBatch: 100,
        flushMs: 1000,
        retryBaseMs: 1000,
        retryMaxMs: 300_000,
        deferMs: [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000],
        keyPadding: 'padded',
        ...settings,
        ...more.settings,
      },
      store: reach,
      holder,
      clock: living,
      ...(queueCapacity === undefined ? { upload: reached } : behindThread(reached, queueCapacity, living)),
      onRequest: (report) => void reports.push(report),
      onHealth: (_, { mode }) => void (moods.at(-1) === mode || moods.push(mode)),
      onTrouble: () => {
        troubles++
      },
    })
    const ignoreWork = store.onWork((name, rows) => {
      if (name === (more.account ?? account)) uploader.wake(rows)
    })
    const one: Process = {
      uploader,
      holder,
      reports,
      moods,
      get troubles() {
        return troubles
      },
      stop: async (graceMs = 8000) => {
        running.delete(one)
        ignoreWork()
        const stopped = uploader.stop(graceMs)
        let done = false
        void stopped.then(() => {
          done = true
        })
        await clock.advanceUntil(() => done, graceMs + 10_000)
        const id = holder.id()
        await holder.stop()
        if (id !== undefined) await faulty.store.leave(id).catch(() => {})
      },
      kill: () => {
        running.delete(one)
        ignoreWork()
        killed = true
        cut.abort()
      },
    }
    running.add(one)
    await holder.start()
    uploader.wake(0)
    return one
  }

  const rig: Rig = {
    clock,
    clevertap,
    faulty,
    store,
    start,
    put: async (...entries) => {
      await store.put(entries.map((one) => (typeof one === 'string' ? entryOf(one) : one)))
      // A withdrawal waits until its record is in the table, and all earlier records are there by then.
      await store.put([entryOf('last', { account: 'MARKER' })])
      await store.withdraw('MARKER', 'last')
    },
    find: (objectId) => store.find(account, objectId),
    untilDelivered: (count, limitMs = 3_600_000) =>
      clock.advanceUntil(() => clevertap.delivered.length >= count, limitMs),
    delivered: () => clevertap.delivered.map(({ objectId }) => objectId),
    end: async () => {
      for (const one of running) one.kill()
      await opened.end()
    },
  }
  return rig
}
