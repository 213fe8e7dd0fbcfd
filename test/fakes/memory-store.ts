import { randomBytes } from 'node:crypto'
import { steadyNow } from '../../src/relay/steady-clock.ts'
import { StoreError } from '../../src/relay/store/errors.ts'
import { type Priority, priorities, type Store, type StoreOptions } from '../../src/relay/store/port.ts'
import { put } from '../../src/relay/store/rules/apply-record.ts'
import { farthestDueMs as defaultFarthestDueMs, takeDue } from '../../src/relay/store/rules/due.ts'
import { change, count, type Key, type Operation, type Rows } from '../../src/relay/store/rules/operation.ts'
import { discardRejected, erase, rejectedPage, withdraw } from '../../src/relay/store/rules/remove.ts'
import { complete, giveBack, retry } from '../../src/relay/store/rules/results.ts'
import { known, leasedEntryOf, type Row, rejectedRowOf, statusOf } from '../../src/relay/store/rules/row.ts'
import {
  createDelta,
  type Delta,
  minuteOf,
  minutesKeptMs,
  readCounts,
  readMinutes,
} from '../../src/relay/store/rules/tally.ts'

interface Stored extends Key {
  row: Row
}
interface Minute {
  account: number
  at: number
  event: string
  n: number
}

const textOf = ({ account, objectId }: Key): string => `${account}\n${objectId}`
const isEvictable = ({ state, priority, holder }: Row): boolean =>
  state === 'queued' && priority === 'deferred' && holder === null

/** The data that an operation works on. */
interface Work extends Rows {
  /** An account's rows, the oldest first. */
  all(account: number): Stored[]
}

/** Everything that is stored except holders, and the function that changes it. */
const createTables = (now: () => number) => {
  // In the order of their sequence, which only grows.
  const rows = new Map<string, Stored>()
  /** The rows that are queued or uploading, in the same order. */
  const open = new Map<string, Stored>()
  const accounts = new Map<string, number>()
  const numbers = new Map<number, Map<string, number>>()
  const minutes = new Map<string, Minute>()
  let sequence = 0
  const isClosed = { value: false }

  const all = (account: number): Stored[] => [...rows.values()].filter((one) => one.account === account)
  const save = (key: Key, row: Row): void => {
    const text = textOf(key)
    const stored = { ...key, row }
    const isOpen = row.state === 'queued' || row.state === 'uploading'
    for (const map of [rows, open]) if (map.get(text)?.row.seq !== row.seq) map.delete(text)
    rows.set(text, stored)
    if (isOpen) open.set(text, stored)
    else open.delete(text)
  }
  const write = (delta: Delta): void => {
    const at = minuteOf(now())
    for (const { account, name, by } of delta.entries()) {
      const mine = numbers.get(account) ?? new Map<string, number>()
      numbers.set(account, mine.set(name, (mine.get(name) ?? 0) + by))
      if (!name.startsWith('event:')) continue
      const minute = { account, at, event: name.slice('event:'.length) }
      const key = Object.values(minute).join(' ')
      minutes.set(key, { ...minute, n: (minutes.get(key)?.n ?? 0) + by })
      for (const [key, one] of minutes) if (one.account === account && one.at < at - minutesKeptMs) minutes.delete(key)
    }
  }
  /** Runs one operation: all of it takes effect, or nothing when it throws. The counts follow. */
  const operate = async <T>(operation: (work: Work) => T): Promise<T> => {
    if (isClosed.value) throw new StoreError('closed', 'the store is closed')
    const delta = createDelta()
    const result = operation({
      now: now(),
      delta,
      all,
      account: numberOf,
      nextSequence: () => ++sequence,
      find: (key) => rows.get(textOf(key))?.row,
      save,
      erase: (key) => {
        open.delete(textOf(key))
        return rows.delete(textOf(key))
      },
      queued: (account, pool) =>
        (numbers.get(account)?.get(`state:queued:${pool}`) ?? 0) + delta.of(account, `state:queued:${pool}`),
      evictable: (account) => all(account).filter(({ row }) => isEvictable(row)),
    })
    write(delta)
    return result
  }
  const numberOf = (account: string): number => {
    const number = accounts.get(account) ?? accounts.size
    accounts.set(account, number)
    return number
  }
  return { rows, open, numbers, minutes, operate, numberOf, isClosed }
}
type Tables = ReturnType<typeof createTables>

type Intake = Pick<Store, 'put' | 'withdraw' | 'erase' | 'find' | 'onWork' | 'retryRejected'>
const createIntake = ({ operate, numberOf }: Tables, maxQueued: number, maxUnproved: number): Intake => {
  const listeners = new Set<(account: string, rows: number) => void>()
  const wake = (account: string, count: number): void => {
    for (const listener of listeners) listener(account, count)
  }
  const run = <T>({ run }: Operation<T>): Promise<T> => operate(run)
  return {
    put: async (entries) => {
      const results = await run(put(entries, { maxQueued, maxUnproved }))
      for (const account of new Set(entries.map((entry) => entry.account))) wake(account, entries.length)
      return results
    },
    withdraw: (account, objectId) => run(withdraw(account, objectId)),
    erase: (account, objectId) => run(erase(account, objectId)),
    find: (account, objectId) =>
      operate((work) => {
        const row = known(work.find({ account: numberOf(account), objectId }))
        return row && statusOf(objectId, row)
      }),
    retryRejected: async (account, { objectIds, code }) => {
      const retried = await operate((work) => {
        const ids = objectIds ?? work.all(numberOf(account)).map(({ objectId }) => objectId)
        return retry(account, ids, code).run(work)
      })
      wake(account, retried)
      return retried
    },
    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Whether a queued row may be sent: it has no wait, its time has come, or its time was set by a clock that was wrong. */
const isDue = ({ waiting, dueAt }: Row, now: number, farthestMs: number): boolean =>
  !waiting || dueAt <= now || dueAt > now + farthestMs

type Uploads = Pick<Store, 'lease' | 'complete' | 'takeSlots' | 'join' | 'heartbeat' | 'holders' | 'takeOver' | 'leave'>
const createUploads = ({ rows, open, operate, numberOf }: Tables): Uploads => {
  const holders = new Map<string, { heartbeat: number; report: string; slots: Map<string, number> }>()
  const release = (work: Work, holder: string, event?: 'expired'): number => {
    const held = [...rows.values()].filter(({ row }) => row.holder === holder)
    for (const { row, ...key } of held) giveBack(work, key, row, event)
    holders.delete(holder)
    return held.length
  }
  const lease: Store['lease'] = (request) => {
    const { account, holder, max, batches = 1, flushMs, farthestDueMs = defaultFarthestDueMs } = request
    return operate((work) => {
      if (!holders.has(holder)) return { waitMs: null }
      const { now } = work
      const most = batches * max
      const due = Object.fromEntries(priorities.map((priority): [Priority, Stored[]] => [priority, []]))
      let nextDueAt: number | null = null
      const number = numberOf(account)
      for (const one of open.values()) {
        const { row } = one
        if (one.account !== number || row.state !== 'queued' || row.holder !== null) continue
        if (!isDue(row, now, farthestDueMs)) nextDueAt = Math.min(nextDueAt ?? row.dueAt, row.dueAt)
        else if (due[row.priority]?.push(one) === most && row.priority === priorities[0]) break
      }
      const found = priorities.flatMap((priority) => due[priority] ?? []).slice(0, most)
      const readyAts = found.map(({ row }) => row.readyAt)
      const take = takeDue(readyAts, nextDueAt, { max, flushMs, now })
      if ('waitMs' in take) return take
      const entries = found.slice(0, take.rows).map(({ row, ...key }) => {
        change(work, key, row, { ...row, state: 'uploading', waiting: false, holder })
        return leasedEntryOf(key.objectId, row)
      })
      return { account, entries }
    })
  }
  return {
    lease,
    complete: (holder, completions) => operate(complete(holder, completions).run),
    takeSlots: ({ account, holder, want, limit }) =>
      operate(() => {
        let others = 0
        for (const [id, { slots }] of holders) if (id !== holder) others += slots.get(account) ?? 0
        const mine = holders.get(holder)
        const granted = mine ? Math.max(0, Math.min(want, limit - others)) : 0
        mine?.slots.set(account, granted)
        return granted
      }),
    join: (holder, report) => operate(() => void holders.set(holder, { heartbeat: 0, report, slots: new Map() })),
    heartbeat: (holder, report) =>
      operate(() => {
        const mine = holders.get(holder)
        if (mine) Object.assign(mine, { heartbeat: mine.heartbeat + 1, report })
        return mine !== undefined
      }),
    holders: () => operate(() => [...holders].map(([id, { heartbeat, report }]) => ({ id, heartbeat, report }))),
    takeOver: (stale) =>
      operate((work) => {
        const gone = stale.filter(({ id, heartbeat }) => holders.get(id)?.heartbeat === heartbeat)
        return gone.reduce((freed, { id }) => freed + release(work, id, 'expired'), 0)
      }),
    leave: (holder) => operate((work) => void release(work, holder)),
  }
}

type Reports = Pick<Store, 'counts' | 'history' | 'count' | 'rejected' | 'accepted' | 'discardRejected'>
const createReports = ({ open, numbers, minutes, operate, numberOf }: Tables): Reports => ({
  counts: (account) =>
    operate(() => {
      const number = numberOf(account)
      let oldest: Stored | undefined
      for (const one of open.values()) {
        if (one.account !== number) continue
        oldest = one
        break
      }
      return readCounts(numbers.get(number) ?? new Map(), oldest?.row.receivedAt ?? null)
    }),
  history: (account, since) =>
    operate(() => {
      const mine = [...minutes.values()].filter((one) => one.account === numberOf(account) && one.at >= since)
      return readMinutes(mine.sort((a, b) => a.at - b.at))
    }),
  count: (account, event, by) => operate(count(account, event, by).run),
  rejected: (account, { limit, after = Number.POSITIVE_INFINITY, code }) =>
    operate((work) =>
      work
        .all(numberOf(account))
        .filter(({ row }) => row.state === 'rejected' && row.seq < after)
        .filter(({ row }) => code === undefined || row.error?.code === code)
        .map(({ row, objectId }) => rejectedRowOf(objectId, row))
        .reverse()
        .slice(0, limit),
    ),
  accepted: (account, { limit, after = '' }) =>
    operate((work) =>
      work
        .all(numberOf(account))
        .filter(({ row, objectId }) => row.state === 'accepted' && objectId > after)
        .sort((a, b) => (a.objectId < b.objectId ? -1 : 1))
        .slice(0, limit)
        .map(({ objectId, row: { type, fingerprint } }) => ({ objectId, type, fingerprint })),
    ),
  discardRejected: (account, limits) =>
    operate((work) => {
      const refused = work.all(numberOf(account)).filter(({ row }) => row.state === 'rejected')
      const oldest = refused.slice(0, rejectedPage).map(({ objectId }) => objectId)
      return discardRejected(account, oldest, refused.length, limits).run(work)
    }),
})

/**
 * The outbox in memory: the shared rules over a Map. It keeps every promise of the port except durability. It is for tests, and
 * the reference with which the model-based tests compare the other stores.
 */
export const createMemoryStore = ({
  maxQueued = 1_000_000,
  maxUnproved = 100_000,
  now = steadyNow,
}: StoreOptions = {}): Store => {
  const tables = createTables(now)
  const { operate, isClosed } = tables
  const secrets = new Map<string, string>()
  return {
    ...createIntake(tables, maxQueued, maxUnproved),
    ...createUploads(tables),
    ...createReports(tables),
    secret: (name) =>
      operate(() => {
        const secret = secrets.get(name) ?? randomBytes(32).toString('base64url')
        secrets.set(name, secret)
        return secret
      }),
    probe: () => operate(() => {}),
    close: async () => {
      isClosed.value = true
    },
  }
}
