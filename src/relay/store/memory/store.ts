import { randomBytes } from 'node:crypto'
import { steadyNow } from '../../steady-clock.ts'
import { StoreError } from '../errors.ts'
import {
  type EventName,
  lanes,
  type Minute,
  type NewEntry,
  type PutResult,
  type RejectedRow,
  type Settlement,
  type Store,
  type StoreOptions,
} from '../port.ts'
import { demandOf, hasRoom } from '../rules/capacity.ts'
import { decide } from '../rules/decide.ts'
import { discardedAtOnce, isDiscarded } from '../rules/discard.ts'
import { takeDue } from '../rules/due.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import {
  createDelta,
  type Delta,
  minuteOf,
  minutesKeptMs,
  poolOf,
  readCounts,
  recountConfirmed,
  type TallyName,
} from '../rules/tally.ts'
import {
  enterRow,
  freeRow,
  isDue,
  type KnownRow,
  known,
  leasedEntry,
  type Row,
  rejectedRow,
  settleRow,
  statusOf,
} from './row.ts'

/**
 * The outbox in memory: the executable meaning of the port. It keeps every promise but durability, for tests and as the
 * reference that the model-based tests compare the others with. Not offered as a setting.
 */
export const createMemoryStore = ({
  maxQueued = 1_000_000,
  maxUnproved = 100_000,
  now = steadyNow,
}: StoreOptions = {}): Store => {
  const rows = new Map<string, Row>()
  const holders = new Map<string, { beat: number; report: string; slots: Map<string, number> }>()
  const numbers = new Map<string, Map<string, number>>()
  const minutes = new Map<string, Map<number, Map<EventName, number>>>()
  const secrets = new Map<string, string>()
  const listeners = new Set<(account: string, rows: number) => void>()
  let sequence = 0
  let closed = false

  const keyOf = (account: string, objectId: string): string => `${account}\n${objectId}`
  const ofAccount = (account: string): Row[] => [...rows.values()].filter((row) => row.account === account)
  const apply = (delta: Delta): void => {
    for (const { account, name, by } of delta.entries()) {
      const mine = numbers.get(account) ?? new Map<string, number>()
      numbers.set(account, mine.set(name, (mine.get(name) ?? 0) + by))
      if (!name.startsWith('event:')) continue
      const event = name.slice('event:'.length) as EventName
      const byMinute = minutes.get(account) ?? new Map<number, Map<EventName, number>>()
      const at = minuteOf(now())
      const minute = byMinute.get(at) ?? new Map<EventName, number>()
      minutes.set(account, byMinute.set(at, minute.set(event, (minute.get(event) ?? 0) + by)))
      for (const old of byMinute.keys()) if (old < at - minutesKeptMs) byMinute.delete(old)
    }
  }
  /** One operation: all of it happens, or none when it throws, and the numbers follow. */
  const operate = async <T>(work: (delta: Delta) => T): Promise<T> => {
    if (closed) throw new StoreError('closed', 'the store is closed')
    const delta = createDelta()
    const result = work(delta)
    apply(delta)
    return result
  }
  const wake = (account: string, count: number): void => {
    for (const listener of listeners) listener(account, count)
  }

  const count = (account: string, name: TallyName, delta: Delta): number =>
    (numbers.get(account)?.get(name) ?? 0) + delta.of(account, name)
  /** Takes a row out of the numbers, before it becomes something else. */
  const uncount = (row: KnownRow, delta: Delta): void => {
    delta.add(row.account, `state:${row.state}:${poolOf(row)}`, -1)
    if (row.state === 'rejected' && row.error) delta.add(row.account, `code:${row.error.code}`, -1)
    recountConfirmed(delta, row.account, row.confirmedOn, null)
  }
  /** Removes a row that nobody has leased. */
  const remove = (row: KnownRow, delta: Delta, event: EventName): void => {
    uncount(row, delta)
    delta.event(row.account, event)
    rows.delete(keyOf(row.account, row.objectId))
  }
  /** Whether an unproved record may be queued where this row is. The oldest that was put off gives way to it. */
  const makeRoom = (row: KnownRow | undefined, account: string, delta: Delta): boolean => {
    if (row?.state === 'queued' && !row.proved) return true
    if (count(account, 'state:queued:unproved', delta) < maxUnproved) return true
    const [oldest] = ofAccount(account)
      .flatMap((one) => known(one) ?? [])
      .filter((one) => one.state === 'queued' && one.lane === 'deferred' && one.holder === null)
      .sort((a, b) => a.sequence - b.sequence)
    if (oldest) remove(oldest, delta, 'evicted')
    return oldest !== undefined
  }

  const putOne = (entry: NewEntry, delta: Delta): PutResult => {
    const print = fingerprint(entry)
    const held = rows.get(keyOf(entry.account, entry.objectId))
    const row = known(held)
    const decision = decide(row, entry, print, now())
    if (decision.kind === 'refuse') {
      delta.event(entry.account, 'refused')
      return { result: 'refused' }
    }
    if (decision.kind === 'keep' && row) {
      delta.add(row.account, `state:${row.state}:${poolOf(row)}`, -1)
      delta.add(row.account, `state:${row.state}:${poolOf(decision.row)}`, 1)
      recountConfirmed(delta, row.account, row.confirmedOn, decision.row.confirmedOn)
      Object.assign(row, decision.row)
      delta.event(entry.account, 'unchanged')
      return { result: 'unchanged' }
    }
    if (decision.kind === 'keep') throw new Error('a row that there is not was kept')
    const { result, row: ownership, isTakeover } = decision
    if (!ownership.proved && !makeRoom(row, entry.account, delta)) return { result: 'full' }
    if (row) uncount(row, delta)
    delta.add(entry.account, `state:queued:${poolOf(ownership)}`, 1)
    recountConfirmed(delta, entry.account, null, ownership.confirmedOn)
    if (isTakeover) delta.event(entry.account, 'takeover')
    delta.event(entry.account, result)
    const fresh = enterRow(held, entry, print, ownership, ++sequence, now())
    rows.set(keyOf(entry.account, entry.objectId), fresh)
    return { result }
  }

  const settleOne = (holder: string, { account, objectId, generation, outcome }: Settlement, delta: Delta): void => {
    const row = rows.get(keyOf(account, objectId))
    if (row?.holder !== holder) return
    row.holder = null
    if (row.state === 'erased') rows.delete(keyOf(account, objectId))
    if (row.generation !== generation || row.state !== 'uploading') return
    delta.add(account, `state:uploading:${poolOf(row)}`, -1)
    const event = settleRow(row, outcome, ++sequence, now())
    delta.add(account, `state:${row.state}:${poolOf(row)}`, 1)
    if (outcome.kind === 'rejected') delta.add(account, `code:${outcome.error.code}`, 1)
    if (event) delta.event(account, event)
  }

  const release = (holder: string, delta: Delta, event?: EventName): number => {
    let freed = 0
    for (const row of rows.values()) {
      if (row.holder !== holder) continue
      row.holder = null
      freed++
      if (event) delta.event(row.account, event)
      if (row.state === 'erased') rows.delete(keyOf(row.account, row.objectId))
      if (row.state !== 'uploading') continue
      freeRow(row)
      delta.add(row.account, `state:uploading:${poolOf(row)}`, -1)
      delta.add(row.account, `state:queued:${poolOf(row)}`, 1)
    }
    holders.delete(holder)
    return freed
  }

  const put: Store['put'] = async (entries) => {
    const results = await operate((delta) => {
      for (const [account, demand] of demandOf(entries))
        if (!hasRoom(demand, (pool) => count(account, `state:queued:${pool}`, delta), maxQueued))
          throw new StoreError('full', `more than ${maxQueued} records are queued`)
      return entries.map((entry) => putOne(entry, delta))
    })
    for (const account of new Set(entries.map((entry) => entry.account))) wake(account, entries.length)
    return results
  }

  return {
    put,

    withdraw: (account, objectId) =>
      operate((delta) => {
        const row = known(rows.get(keyOf(account, objectId)))
        if (!row || row.state === 'withdrawn') return row !== undefined
        uncount(row, delta)
        delta.add(account, `state:withdrawn:${poolOf(row)}`, 1)
        delta.event(account, 'withdrawn')
        Object.assign(row, { state: 'withdrawn', waiting: false, token: null, settledAt: now(), error: null })
        Object.assign(row, { keyed: false, confirmedOn: null })
        row.generation++
        return true
      }),

    erase: (account, objectId) =>
      operate((delta) => {
        const row = known(rows.get(keyOf(account, objectId)))
        if (!row) return false
        if (row.holder === null) {
          remove(row, delta, 'erased')
          return true
        }
        uncount(row, delta)
        delta.event(account, 'erased')
        const nothing = { token: null, fingerprint: '', settledAt: null, error: null, warnings: [] }
        rows.set(keyOf(account, objectId), { ...row, ...nothing, state: 'erased', keyed: false, confirmedOn: null })
        return true
      }),

    find: (account, objectId) =>
      operate(() => {
        const row = known(rows.get(keyOf(account, objectId)))
        return row && statusOf(row)
      }),

    lease: ({ account, holder, max, batches = 1, flushMs, farthestDueMs }) =>
      operate((delta) => {
        if (!holders.has(holder)) return { waitMs: null }
        const queued = ofAccount(account).filter((row) => row.state === 'queued' && row.holder === null)
        const found = queued
          .filter((row) => isDue(row, now(), farthestDueMs))
          .sort((a, b) => lanes.indexOf(a.lane) - lanes.indexOf(b.lane) || a.sequence - b.sequence)
          .slice(0, batches * max)
        const dueAts = queued.filter((row) => !isDue(row, now(), farthestDueMs)).map((row) => row.dueAt)
        const readyAts = found.map((row) => row.readyAt)
        const take = takeDue(readyAts, dueAts.length > 0 ? Math.min(...dueAts) : null, { max, flushMs, now: now() })
        if ('waitMs' in take) return take
        const due = found.slice(0, take.rows)
        for (const row of due) {
          delta.add(account, `state:queued:${poolOf(row)}`, -1)
          delta.add(account, `state:uploading:${poolOf(row)}`, 1)
          Object.assign(row, { state: 'uploading', waiting: false, holder })
        }
        return { account, entries: due.map(leasedEntry) }
      }),

    settle: (holder, settlements) =>
      operate((delta) => {
        for (const settlement of settlements) settleOne(holder, settlement, delta)
      }),

    takeSlots: ({ account, holder, want, limit }) =>
      operate(() => {
        let others = 0
        for (const [id, { slots }] of holders) if (id !== holder) others += slots.get(account) ?? 0
        const mine = holders.get(holder)
        const granted = mine ? Math.max(0, Math.min(want, limit - others)) : 0
        mine?.slots.set(account, granted)
        return granted
      }),

    join: (holder, report) =>
      operate(() => {
        holders.set(holder, { beat: 0, report, slots: new Map() })
      }),

    beat: (holder, report) =>
      operate(() => {
        const mine = holders.get(holder)
        if (mine) Object.assign(mine, { beat: mine.beat + 1, report })
        return mine !== undefined
      }),

    holders: () => operate(() => [...holders].map(([id, { beat, report }]) => ({ id, beat, report }))),

    reap: (stale) =>
      operate((delta) => {
        let freed = 0
        for (const { id, beat } of stale) if (holders.get(id)?.beat === beat) freed += release(id, delta, 'expired')
        return freed
      }),

    leave: (holder) =>
      operate((delta) => {
        release(holder, delta)
      }),

    counts: (account) =>
      operate(() => {
        const [oldest] = ofAccount(account)
          .filter(({ state }) => state === 'queued' || state === 'uploading')
          .sort((a, b) => a.sequence - b.sequence)
        return readCounts(numbers.get(account) ?? new Map(), oldest?.receivedAt ?? null)
      }),

    history: (account, since) =>
      operate((): Minute[] =>
        [...(minutes.get(account) ?? [])]
          .filter(([at]) => at >= since)
          .sort(([a], [b]) => a - b)
          .map(([at, events]) => ({ at, events: Object.fromEntries(events) })),
      ),

    count: (account, event, by) => operate((delta) => delta.event(account, event, by)),

    rejected: (account, { limit, after = Number.POSITIVE_INFINITY, code }) =>
      operate(() =>
        ofAccount(account)
          .flatMap((row): RejectedRow[] => rejectedRow(row))
          .filter((row) => row.cursor < after && (code === undefined || row.error.code === code))
          .sort((a, b) => b.cursor - a.cursor)
          .slice(0, limit),
      ),

    accepted: (account, { limit, after = '' }) =>
      operate(() =>
        ofAccount(account)
          .filter(({ state, objectId }) => state === 'accepted' && objectId > after)
          .sort((a, b) => (a.objectId < b.objectId ? -1 : 1))
          .slice(0, limit)
          .map(({ objectId, type, fingerprint }) => ({ objectId, type, fingerprint })),
      ),

    retryRejected: async (account, { objectIds, code }) => {
      const retried = await operate((delta) => {
        const chosen = ofAccount(account).filter(
          (row) =>
            row.state === 'rejected' &&
            row.token !== null &&
            (code === undefined || row.error?.code === code) &&
            (objectIds === undefined || objectIds.includes(row.objectId)),
        )
        for (const row of chosen) {
          delta.add(account, `state:rejected:${poolOf(row)}`, -1)
          delta.add(account, `state:queued:${poolOf(row)}`, 1)
          if (row.error) delta.add(account, `code:${row.error.code}`, -1)
          delta.event(account, 'queued')
          freeRow(row)
          Object.assign(row, { attempts: 0, deferrals: 0, failures: 0, settledAt: null, error: null })
          Object.assign(row, { generation: ++sequence, sequence, readyAt: now() })
        }
        return chosen.length
      })
      wake(account, retried)
      return retried
    },

    discardRejected: (account, { before, most }) =>
      operate((delta) => {
        const refused = ofAccount(account)
          .flatMap((row) => known(row) ?? [])
          .filter((row) => row.state === 'rejected')
          .sort((a, b) => a.sequence - b.sequence)
        const gone = refused
          .slice(0, discardedAtOnce)
          .filter((row, at) => isDiscarded(row.settledAt, refused.length - at, { before, most }))
        for (const row of gone) remove(row, delta, 'discarded')
        return gone.length
      }),

    secret: (name) =>
      operate(() => {
        const secret = secrets.get(name) ?? randomBytes(32).toString('base64url')
        secrets.set(name, secret)
        return secret
      }),

    probe: () => operate(() => {}),
    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {
      closed = true
    },
  }
}
