import { eventNames, type Store } from '../../store/port.ts'
import { browsersOf } from '../browsers.ts'
import { inTime } from '../status/in-time.ts'
import type { Instruments } from './instruments.ts'
import { codeLabel } from './known-codes.ts'

/** Timeout for reading the store at a scrape, in ms. Prometheus' own default timeout is ten seconds. */
const storeWaitMs = 2_000

/**
 * Reads the store's numbers at a scrape. When the store cannot be read they are omitted and `pushferry_store_up` is 0,
 * because old numbers would look like a queue that does not move. Never rejects.
 */
export const createStoreMetrics = (
  instruments: Instruments,
  {
    accounts,
    store,
    now,
  }: {
    accounts: readonly { id: string; keyIdleMs: number }[]
    store: Pick<Store, 'counts' | 'holders' | 'bytes'>
    now: () => number
  },
): (() => Promise<void>) => {
  const {
    queue,
    uploading: uploadingRecords,
    oldestAge,
    stored,
    rejectedByCode,
    storeEvents,
    browsers,
    holders,
    storeBytes,
    storeUp,
  } = instruments
  const read = () =>
    Promise.all([
      store.holders(),
      store.bytes?.(),
      ...accounts.map(async ({ id, keyIdleMs }) => ({ account: id, keyIdleMs, ...(await store.counts(id)) })),
    ])
  return async () => {
    const found = await inTime(read(), storeWaitMs).catch(() => undefined)
    for (const metric of [
      queue,
      uploadingRecords,
      oldestAge,
      stored,
      rejectedByCode,
      storeEvents,
      browsers,
      holders,
      storeBytes,
    ])
      metric.reset()
    storeUp.set(found ? 1 : 0)
    if (!found) {
      holders.remove()
      return
    }
    const [alive, bytes, ...perAccount] = found
    holders.set(alive.length)
    for (const [file, size] of Object.entries(bytes ?? {})) storeBytes.set({ file }, size)
    for (const {
      account,
      queued,
      uploading,
      oldestReceivedAt,
      rejectedByCode: byCode,
      confirmedOn,
      keyIdleMs,
      events,
      ...settled
    } of perAccount) {
      for (const pool of ['live', 'unproved', 'import'] as const) queue.set({ account, pool }, queued[pool])
      const { heard, idle } = browsersOf(confirmedOn, { now: now(), keyIdleMs })
      browsers.set({ account, state: 'heard' }, heard)
      browsers.set({ account, state: 'idle' }, idle)
      uploadingRecords.set({ account }, uploading)
      oldestAge.set({ account }, oldestReceivedAt === null ? 0 : Math.max(0, now() - oldestReceivedAt) / 1000)
      for (const state of ['accepted', 'rejected', 'withdrawn'] as const) stored.set({ account, state }, settled[state])
      for (const [code, n] of Object.entries(byCode)) rejectedByCode.inc({ account, code: codeLabel(code) }, n)
      for (const event of eventNames) storeEvents.inc({ account, event }, events[event])
    }
  }
}
